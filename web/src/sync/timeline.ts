/**
 * The known messages of one conversation, in order, and how far they are known to be complete.
 *
 * `ver` is the high-water mark: every change up to it is in here (as far as the window reaches
 * back). Live messages carry their `ver`; one that is not the next shows that something is missing,
 * and the owner asks `/message/changes` from `ver` on. Rows may come in any order and any number of
 * times; of two states of a message the one with the greater `ver` wins. What became of a message (an edit,
 * a recall) comes as an event that says what is different: it waits until all before it is here, for its
 * row must not miss any of that.
 *
 * What is here is one window of the conversation, without holes once no gap is left. It may end before
 * the conversation does (`hasNewer`), when its reader stands far above; new messages then stay outside
 * until the pages before them were read. What the reader has hidden or cleared (`gone`) is not in it, whatever
 * brings it.
 */
import { rowAfter, type ChangeEvent } from '@/protocol/changes'
import type { Message } from '@/protocol/messages'
import { Gone } from './gone'

/** Some messages of a conversation as they stood on the disk. */
export interface KeptWindow {
  readonly rows: readonly Message[]
  /** All changes up to this one are in them. */
  readonly ver: number
  /** There are, or may be, further ones at its ends. */
  readonly older: boolean
  readonly newer: boolean
  /** Messages before which some may be missing, by seq. */
  readonly holes: readonly number[]
}

export type LiveResult = 'applied' | 'known' | 'gap'

/** Messages kept that came after the end of the window. */
const keptBeyond = 100

export class Timeline {
  /** Ascending by seq, each seq once. A new array after each change, so that views see it. */
  messages: readonly Message[] = []
  ver = 0
  /** False once the first message of the conversation is in the window. */
  hasOlder = true
  /** True once a newest page is in: from then on live messages and changes apply. */
  loaded = false
  /** Greatest seq that is known to exist while the window ends before it. */
  private newest = 0
  /** The last messages that came live after the end of the window, by seq. */
  private readonly beyond = new Map<number, Message>()
  /** Changes beyond `ver` that have come already, while something before them is missing; null: a message, in its place. */
  private ahead = new Map<number, ChangeEvent | null>()
  /** Greatest ver of a change that is known to have been made, and is not here. */
  private wanted = 0
  /** Grows with each change to a row outside the window: a page on its way may not have it. */
  outside = 0
  /**
   * Messages before which some may be missing, by seq: of a window that was put together from what the disk has. It is
   * asked for anew with the next connection.
   */
  holes: ReadonlySet<number> = new Set()
  readonly gone = new Gone()

  constructor(private readonly me: number) {}

  get first(): number {
    return this.messages[0]?.seq ?? 0
  }

  get last(): number {
    return this.messages.at(-1)?.seq ?? 0
  }

  /** The conversation goes on after the window. */
  get hasNewer(): boolean {
    return this.newest > this.last
  }

  /** True while changes between `ver` and something already here are missing. */
  get hasGap(): boolean {
    return this.ahead.size > 0 || this.wanted > this.ver
  }

  /**
   * A page of history, with `more` above it: starts the window, or starts it anew after a long absence. It is the newest
   * page, or else one with `newer` below it. The page holds all changes up to `known`, and to its own. Of what was here
   * before, only what came live while the page was on its way stays: of its own messages, and behind the newest page all.
   */
  start(page: readonly Message[], more: boolean, newer = false, known = 0): void {
    const ver = Math.max(known, greatestVer(page))
    const from = page[0]?.seq ?? 0
    const came = [...this.messages, ...this.beyond.values()]
    const after = came.filter((row) => row.ver > ver && row.seq >= from)
    const end = page.at(-1)?.seq ?? 0
    const live = newer ? after.filter((row) => row.seq <= end) : after
    this.messages = []
    this.newest = 0
    this.put([...page, ...live])
    if (newer) this.newest = Math.max(this.last + 1, ...after.map((row) => row.seq))
    else this.beyond.clear()
    this.loaded = true
    this.holes = new Set()
    this.hasOlder = more && from > 1
    this.ver = 0
    for (const [known, event] of this.ahead) if (!event) this.ahead.delete(known)
    for (const row of live) this.ahead.set(row.ver, null)
    this.raise(ver)
  }

  /** A page of history that ends right before the window; `more`: there are older ones. */
  prepend(page: readonly Message[], more: boolean): void {
    const older = page.filter(({ seq }) => seq < this.first)
    this.put(page)
    if (older.length === 0 || !more || this.first === 1) this.hasOlder = false
  }

  /** A page of history that begins right after the window; `more`: there are newer ones. */
  append(page: readonly Message[], more: boolean): void {
    // What came live while this page was on its way is not in it, and is asked for next.
    const known = page.length > 0 || more ? this.newest : 0
    this.put(page)
    for (let next = this.beyond.get(this.last + 1); next; next = this.beyond.get(this.last + 1)) this.put([next])
    for (const seq of this.beyond.keys()) if (seq <= this.last) this.beyond.delete(seq)
    this.newest = more ? Math.max(known, this.last + 1) : known
  }

  /** What the disk has of the conversation begins the window, or goes on from one of its ends. */
  keep({ rows, ver, older, newer, holes }: KeptWindow): void {
    const begins = !this.loaded
    const above = begins || (rows[0]?.seq ?? 0) < this.first
    const below = begins || !above
    // What came live before is missing others perhaps: its version is not reached, and it is asked for.
    if (begins) this.messages = []
    this.put(rows)
    this.holes = new Set([...this.holes, ...holes])
    this.ver = begins ? ver : Math.min(this.ver, ver)
    if (above) this.hasOlder = older
    if (below) this.newest = newer ? Math.max(this.newest, this.last + 1) : begins ? 0 : this.last
    this.loaded = true
    this.raise(this.ver)
  }

  /** A message from the socket (or one of one's own, acknowledged). */
  applyLive(message: Message): LiveResult {
    if (message.ver <= this.ver && this.find(message.seq)) return 'known'
    if (this.hasNewer && message.seq > this.last && !this.gone.has(message)) this.wait(message)
    else this.put([message])
    if (!this.loaded) return 'applied'
    if (message.ver > this.ver) this.ahead.set(message.ver, null)
    this.raise(this.ver)
    return this.hasGap ? 'gap' : 'applied'
  }

  /** What became of a message, from the socket. */
  applyEvent(event: ChangeEvent): LiveResult {
    if (event.ver <= this.ver) return 'known'
    this.ahead.set(event.ver, event)
    if (!this.loaded) return 'applied'
    this.raise(this.ver)
    return this.hasGap ? 'gap' : 'applied'
  }

  /** A change of one's own is acknowledged: it is in the log at `ver`, or before. True when it is not here. */
  expect(ver: number): boolean {
    this.wanted = Math.max(this.wanted, ver)
    return this.loaded && this.hasGap
  }

  /** One answer of `/message/changes` asked with the present `ver`. Rows outside the window are left to history. */
  applyChanges(rows: readonly Message[]): void {
    const { first } = this
    const last = this.hasNewer ? this.last : Infinity
    const within = first ? rows.filter(({ seq }) => seq >= first && seq <= last) : rows
    this.put(within)
    if (within.length < rows.length) this.outside += 1
    if (last < Infinity) this.newest = Math.max(this.newest, ...rows.map(({ seq }) => seq))
    for (const row of rows) if (this.beyond.has(row.seq)) this.beyond.set(row.seq, row)
    this.raise(Math.max(this.ver, ...rows.map(({ ver }) => ver)))
  }

  /** The log has been asked to its end several times and there is no more: what is here is all. */
  settle(): void {
    this.raise(Math.max(this.ver, this.wanted, ...this.ahead.keys()))
  }

  /** Lets the oldest go when there are more than `size`. For those whose reader is at the end, or away. */
  trim(size: number): void {
    if (this.messages.length <= size) return
    this.messages = this.messages.slice(-size)
    this.hasOlder = true
  }

  /** Takes out what is gone. True when there was something, or when nothing older is left. */
  drop(): boolean {
    const { messages, hasOlder } = this
    for (const row of this.beyond.values()) if (this.gone.has(row)) this.beyond.delete(row.seq)
    if (this.loaded && this.first > 0 && this.first <= this.gone.cleared + 1) this.hasOlder = false
    if (messages.some((row) => this.gone.has(row))) this.messages = messages.filter((row) => !this.gone.has(row))
    return messages !== this.messages || hasOlder !== this.hasOlder
  }

  /** The last message of the conversation that stays: null when none does, undefined when it is not known. */
  rest(stays: (message: Message) => boolean): Message | null | undefined {
    if (!this.loaded || this.hasNewer) return undefined
    return this.messages.filter(stays).at(-1) ?? (this.hasOlder ? undefined : null)
  }

  /** A message comes after the end of the window. */
  private wait(message: Message): void {
    this.newest = Math.max(this.newest, message.seq)
    this.beyond.set(message.seq, message)
    const [oldest] = this.beyond.keys()
    if (this.beyond.size > keptBeyond) this.beyond.delete(oldest)
  }

  find(seq: number): Message | undefined {
    return this.messages[this.indexOf(seq)]
  }

  private raise(ver: number): void {
    this.ver = Math.max(this.ver, ver)
    for (let event = this.ahead.get(this.ver + 1); event !== undefined; event = this.ahead.get(this.ver + 1)) {
      this.ver += 1
      if (event) this.change(event)
    }
    for (const known of this.ahead.keys()) if (known <= this.ver) this.ahead.delete(known)
  }

  /** The row that an event is about has all before it. */
  private change(event: ChangeEvent): void {
    const row = this.find(event.seq)
    const later = this.beyond.get(event.seq)
    if (row && row.ver < event.ver) this.put([rowAfter(row, event, this.me)])
    else if (later && later.ver < event.ver) this.beyond.set(event.seq, rowAfter(later, event, this.me))
    if (!row) this.outside += 1
  }

  private put(rows: readonly Message[]): void {
    const merged = [...this.messages]
    let changed = false
    for (const row of rows) {
      if (this.gone.has(row)) continue
      const end = merged.at(-1)
      if (!end || row.seq > end.seq) {
        merged.push(row)
        changed = true
        continue
      }
      const place = lowerBound(merged, row.seq)
      if (merged[place].seq !== row.seq) merged.splice(place, 0, row)
      else if (row.ver > merged[place].ver) merged[place] = row
      else continue
      changed = true
    }
    if (changed) this.messages = merged
  }

  private indexOf(seq: number): number {
    const place = lowerBound(this.messages, seq)
    return this.messages[place]?.seq === seq ? place : -1
  }
}

/** The greatest ver of some rows, 0 for none. */
export function greatestVer(rows: readonly Message[]): number {
  return Math.max(0, ...rows.map(({ ver }) => ver))
}

/** Index of the first message whose seq is not below `seq`. */
function lowerBound(messages: readonly Message[], seq: number): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (messages[middle].seq < seq) low = middle + 1
    else high = middle
  }
  return low
}
