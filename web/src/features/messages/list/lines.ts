/** Where the lines of a chat begin and end: days, runs of one person, the mark before new messages. */
import { frameFor } from '@/features/media'
import { dayText, sameDay } from '@/i18n/time'
import type { Entry } from '../entry'

export interface Line {
  key: string
  entry: Entry
  /** A separator above this line, '' for none. */
  day: string
  /** The "new messages" mark stands above this line. */
  fresh: boolean
  /** First and last line of a run: the name stands above, face and tail at the foot. */
  first: boolean
  last: boolean
}

/** Messages of one person this close together are one run. */
const RUN = 3 * 60_000

function joins(one: Entry | undefined, other: Entry | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    !other.hole &&
    one.userid === other.userid &&
    frameFor(one.message) !== 'line' &&
    frameFor(other.message) !== 'line' &&
    Math.abs(other.createat - one.createat) < RUN &&
    sameDay(one.createat, other.createat)
  )
}

export function linesOf(entries: readonly Entry[], firstUnread: number, now: number): Line[] {
  let marked = firstUnread === 0
  return entries.map((entry, index) => {
    const before = entries[index - 1]
    const after = entries[index + 1]
    const fresh = !marked && entry.seq >= firstUnread
    marked ||= fresh
    const nextFresh = !marked && after !== undefined && after.seq >= firstUnread
    return {
      key: entry.key,
      entry,
      day: before && sameDay(before.createat, entry.createat) ? '' : dayText(entry.createat, now),
      fresh,
      first: fresh || !joins(before, entry),
      last: nextFresh || !joins(entry, after),
    }
  })
}
