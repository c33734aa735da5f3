/** What a user has decided about being seen, asked, found and pushed to: `/user/settings`. */
import { isFields } from './guards'

export type Way = 'id' | 'mobile' | 'group'
export type Approval = 'auto' | 'request' | 'none'

export interface UserSettings {
  /** Others see that one is online, and one sees others. */
  online: 0 | 1
  /** The same with how far one has read. */
  read: 0 | 1
  /** What becomes of who wants to be a friend. */
  approval: Approval
  /** How people who don't know one find one. */
  find: Way[]
  /** The server opens the links that one sends. */
  previews: 0 | 1
  /** What a push shows of a message. */
  push: 'content' | 'none'
  /** Hours in which nothing is pushed, `22:00-07:30 Asia/Shanghai`; '' for none. */
  quiet: string
}

const HOURS = /^(\d\d:\d\d)-(\d\d:\d\d) (\S+)$/

/** From when to when it is quiet, null for never. */
export function hoursOf(quiet: string): { from: string; to: string } | null {
  const [, from = '', to = ''] = HOURS.exec(quiet) ?? []
  return from ? { from, to } : null
}

/** These hours where this device is. */
export function quietText(from: string, to: string): string {
  return `${from}-${to} ${Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'}`
}

/** Whether it is quiet at a time (ms), by the clock of the zone that the hours are of. */
export function isQuiet(quiet: string, now: number): boolean {
  const hours = hoursOf(quiet)
  if (!hours) return false
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  let time: string
  try {
    time = new Intl.DateTimeFormat('en-GB', { ...clock, timeZone: quiet.split(' ')[1] }).format(now)
  } catch {
    return false // a zone that this browser does not know
  }
  const { from, to } = hours
  return from < to ? from <= time && time < to : from <= time || time < to
}

const ways: readonly Way[] = ['id', 'mobile', 'group']

export function parseSettings(value: unknown): UserSettings | null {
  if (!isFields(value)) return null
  const { online, read, approval, find, push, quiet, previews } = value
  return {
    online: online === 0 ? 0 : 1,
    read: read === 0 ? 0 : 1,
    approval: approval === 'none' || approval === 'request' ? approval : 'auto',
    find: Array.isArray(find) ? ways.filter((way) => find.includes(way)) : [],
    push: push === 'none' ? 'none' : 'content',
    quiet: typeof quiet === 'string' ? quiet : '',
    previews: previews === 0 ? 0 : 1,
  }
}
