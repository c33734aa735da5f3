/**
 * Which messages of a conversation are on the disk: stretches without holes, each with the version up to which it has
 * all changes. Between two of them messages may be missing.
 */
import type { Message } from '@/protocol/messages'

export interface Stretch {
  /** Seqs of its first and last message; those of hidden ones within have no rows. */
  low: number
  high: number
  /** All changes of the conversation up to this one are in its rows. Rows may be newer, never older. */
  ver: number
  /** Nothing came after it when the conversation was at `ver`. */
  ends: boolean
}

/** Stretches kept of one conversation; the oldest go first. */
const most = 12

/** A stretch as it is now takes the place of what was known of its seqs; where it ends, so does all that is not newer. */
export function withStretch(known: readonly Stretch[], now: Stretch): Stretch[] {
  const next: Stretch[] = [{ ...now }]
  for (const one of known) {
    if (one.low < now.low) next.push({ ...one, high: Math.min(one.high, now.low - 1) })
    if (one.high > now.high && !(now.ends && one.ver <= now.ver))
      next.push({ ...one, low: Math.max(one.low, now.high + 1) })
  }
  return joined(next.sort((a, b) => a.low - b.low))
    .slice(-most)
    .map((one, index, all) => (index < all.length - 1 && one.ends ? { ...one, ends: false } : one))
}

/** A new message of the conversation goes on from its end, where all before it is known; else it begins a stretch. */
export function withLive(known: readonly Stretch[], { seq, ver }: Message): Stretch[] {
  const last = known.at(-1)
  if (last && seq <= last.high) return [...known]
  const goesOn = last?.ends && ver === last.ver + 1
  const grown = goesOn ? { ...last, high: seq, ver } : { low: seq, high: seq, ver, ends: true }
  return withStretch(known, grown)
}

/** A change of the conversation is in all that was known up to the one before it. */
export function withChange(known: readonly Stretch[], ver: number): Stretch[] {
  return known.map((one) => (one.ver + 1 === ver ? { ...one, ver } : one))
}

/** Without the seqs below `low`. */
export function from(known: readonly Stretch[], low: number): Stretch[] {
  return known.flatMap((one) => (one.high < low ? [] : [{ ...one, low: Math.max(low, one.low) }]))
}

export function holding(known: readonly Stretch[], seq: number): Stretch | undefined {
  return known.find(({ low, high }) => low <= seq && seq <= high)
}

/** Neighbours that are known up to the same version are one. */
function joined(sorted: readonly Stretch[]): Stretch[] {
  const next: Stretch[] = []
  for (const one of sorted) {
    const last = next.at(-1)
    if (last && last.high + 1 === one.low && last.ver === one.ver) next[next.length - 1] = { ...one, low: last.low }
    else next.push(one)
  }
  return next
}

/** All seqs from `low` to `high` are known up to this version at least. */
export function covers(known: readonly Stretch[], low: number, high: number, ver: number): boolean {
  let next = low
  for (const one of known) if (one.low <= next && one.high >= next && one.ver >= ver) next = one.high + 1
  return next > high
}
