/** Times to choose, and how they are written. */
import { locale, t } from '@/i18n'
import { clockText, dateText, sameDay } from '@/i18n/time'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface QuickTime {
  label: string
  at: number
}

/** ms, of the reader's own clock; `now` is the server's. */
function clock(now: number, days: number, hour: number): number {
  const day = new Date(now)
  day.setDate(day.getDate() + days)
  return day.setHours(hour, 0, 0, 0)
}

/** In an hour, this evening unless it is soon, tomorrow morning. */
export function quickTimes(now: number): QuickTime[] {
  const evening = clock(now, 0, 20)
  return [
    { label: t('later.inHour'), at: now + HOUR },
    ...(evening - now > HOUR / 6 ? [{ label: t('later.tonight'), at: evening }] : []),
    { label: t('later.tomorrow'), at: clock(now, 1, 9) },
  ]
}

/** `14:32` today, else with its day. */
export function whenText(at: number, now: number): string {
  if (sameDay(at, now)) return t('later.today', { time: clockText(at) })
  if (sameDay(at, clock(now, 1, 12))) return t('later.nextDay', { time: clockText(at) })
  return `${dateText(at, now)}${locale() === 'en' ? ', ' : ' '}${clockText(at)}`
}

/** What a field for day and time holds, by the reader's clock: `2026-11-29T14:32`. */
export function fieldOf(at: number): string {
  const zone = new Date(at).getTimezoneOffset() * 60_000
  return new Date(at - zone).toISOString().slice(0, 16)
}

/** ms of what stands in such a field; NaN for none. */
export function fromField(text: string): number {
  return text ? new Date(text).getTime() : Number.NaN
}

/** Why something can't be done at this time, '' when it can. */
export function timeProblem(at: number, now: number): string {
  if (Number.isNaN(at)) return t('later.noTime')
  if (at - now < 15_000) return t('later.past')
  return at - now > 366 * DAY ? t('later.far') : ''
}
