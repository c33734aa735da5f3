/**
 * Times as a reader of the page's language writes them. All arguments are ms since 1970, shown in local
 * time; `now` is the server's, see `features/connection/clock.ts`.
 */
import { locale, t } from './index'

const DAY = 86_400_000

/** The day asked for last: the lines of a chat ask for the same one again and again. */
let day = { start: 0, end: 0 }

function startOfDay(ms: number): number {
  if (ms < day.start || ms >= day.end) {
    const start = new Date(ms).setHours(0, 0, 0, 0)
    day = { start, end: new Date(start).setHours(24) }
  }
  return day.start
}

/** Whole calendar days between two times; 0 on the same day. */
function daysApart(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / DAY)
}

/** Making a formatter takes longer than drawing a bubble, so each is made once. */
const formats = new Map<string, Intl.DateTimeFormat>()

function format(ms: number, options: Intl.DateTimeFormatOptions): string {
  const name = locale() + JSON.stringify(options)
  const made = formats.get(name) ?? new Intl.DateTimeFormat(locale(), options)
  formats.set(name, made)
  return made.format(ms)
}

/** `14:32`. */
export function clockText(at: number): string {
  return format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** Separator of days: 今天, 昨天, the weekday within a week, then the date. */
export function dayText(at: number, now: number): string {
  const days = daysApart(at, now)
  if (days <= 0) return t('time.today')
  if (days === 1) return t('time.yesterday')
  if (days < 7) return format(at, { weekday: 'long' })
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(at, { year: sameYear ? undefined : 'numeric', month: 'long', day: 'numeric' })
}

/** Time of a row: the clock today, else the day in few letters. */
export function rowTimeText(at: number, now: number): string {
  const days = daysApart(at, now)
  if (days <= 0) return clockText(at)
  if (days === 1) return t('time.yesterday')
  if (days < 7) return format(at, { weekday: locale() === 'en' ? 'short' : 'long' })
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return sameYear
    ? format(at, { month: 'numeric', day: 'numeric' })
    : format(at, { year: 'numeric', month: 'numeric', day: 'numeric' })
}

/** `11月23日`; of another year `2025年11月23日`. */
export function dateText(at: number, now: number): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(at, { year: sameYear ? undefined : 'numeric', month: 'short', day: 'numeric' })
}

/** `2026/11/23 14:32`, for the session list and tooltips. */
export function momentText(at: number): string {
  return format(at, { dateStyle: 'medium', timeStyle: 'short' })
}

export function sameDay(one: number, other: number): boolean {
  return startOfDay(one) === startOfDay(other)
}

/** ms from now to the beginning of the next day. */
export function untilMidnight(now: number): number {
  return Math.max(1, new Date(now).setHours(24, 0, 0, 0) - now)
}
