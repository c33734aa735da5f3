/**
 * Brings what the page knows of conversations to the disk, a while after it has changed, and back.
 *
 * What is written is true by itself: the list with the change number at which it stands, and windows of messages with
 * the version up to which they have all changes. Of what happens outside the windows in memory, new messages are
 * written too, and changes to rows that the disk has; where something before them is missing they take nothing for
 * complete (`store/stretches.ts`). So whatever comes back from the disk is brought up to date as after a lost connection.
 */
import { rowAfter, type ChangeEvent } from '@/protocol/changes'
import { keyOfMessage, type ChatKey, type Conversation } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { OwnAct } from '@/protocol/own'
import type { ChatPart, Disk, Edit } from '@/store/disk'
import { covers, from, holding, withChange, withLive, withStretch, type Stretch } from '@/store/stretches'
import type { TimelineCache } from './cache'
import type { Inbox } from './inbox'
import type { Timeline } from './timeline'

/** ms after a change in which others are written together with it. */
const pause = 400
/** Writes after which what is too much is let go. */
const tidyEvery = 500
/** All of a conversation. */
const whole = { low: 0, high: Infinity }

/** What of a window is on the disk. */
interface Written {
  messages: readonly Message[]
  ver: number
  low: number
  ends: boolean
  counter: number
}

export class Keeper {
  private epoch = 0
  private edits: Edit[] = []
  private readonly written = new WeakMap<Timeline, Written>()
  private listed: ReadonlyMap<ChatKey, Conversation>
  private change = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  /** Writes, one after the other. */
  private work: Promise<void> = Promise.resolve()
  private stopped = false
  private writes = 0

  constructor(
    private readonly disk: Disk,
    private readonly inbox: Inbox,
    private readonly timelines: TimelineCache,
    /** The change number at which the list stands. */
    private readonly cursor: () => number,
  ) {
    this.listed = inbox.rows
    timelines.onDrop = (key, timeline) => this.push(this.editOf(key, timeline))
  }

  /** What was read from the disk, where the list stands by it. */
  began(epoch: number): void {
    this.epoch = epoch
    this.listed = this.inbox.rows
    this.change = this.cursor()
  }

  /** The history that all belongs to from now on; of another one nothing is kept. */
  enter(epoch: number): void {
    if (epoch === this.epoch) return
    this.epoch = epoch
    this.edits = []
    this.work = this.work.then(() => this.disk.enter(epoch))
  }

  /** Something may be different from what the disk has. */
  touch(): void {
    if (this.stopped || !this.disk.works) return
    this.timer ??= setTimeout(() => void this.flush(), pause)
  }

  /** A window was read from the disk; its last message may come from the list. */
  read(key: ChatKey, timeline: Timeline): void {
    const last = this.inbox.get(key)?.last
    const now = stateOf(timeline)
    this.written.set(timeline, { ...now, messages: now.messages.filter((row) => row !== last) })
  }

  /** A new message that is in no window. */
  live(message: Message): void {
    const { seq, ver } = message
    this.push({
      key: keyOfMessage(message, this.inbox.me),
      low: seq,
      high: seq,
      make: (part) => {
        if ((part.rows.get(seq)?.ver ?? 0) < ver) part.rows.set(seq, message)
        part.stretches = withLive(part.stretches, message)
      },
    })
  }

  /** What became of a message that perhaps stands on the disk alone. */
  event(key: ChatKey, event: ChangeEvent): void {
    const { seq, ver } = event
    this.push({
      key,
      low: seq,
      high: seq,
      make: (part) => {
        const row = part.rows.get(seq)
        const complete = holding(part.stretches, seq)?.ver === ver - 1
        const after = row && row.ver < ver ? rowAfter(row, event, this.inbox.me) : undefined
        // What it lacks comes with the row that the server has, which is newer then.
        if (row && after) part.rows.set(seq, complete ? after : { ...after, ver: row.ver })
        part.stretches = withChange(part.stretches, ver)
      },
    })
  }

  /** Rows of the server, some of which may stand outside the window. */
  rows(key: ChatKey, rows: readonly Message[]): void {
    for (const row of rows) {
      const { seq, ver } = row
      const make = (part: ChatPart) => {
        const known = part.rows.get(seq)
        if (known && known.ver < ver) part.rows.set(seq, row)
      }
      this.push({ key, low: seq, high: seq, make })
    }
  }

  /** The reader has hidden or cleared messages. */
  gone(key: ChatKey, act: OwnAct): void {
    if (act.do === 'clear') this.cleared(key, act.seq)
    if (act.do !== 'hide') return
    const ids = new Set(act.ids)
    const make = (part: ChatPart) => {
      for (const [seq, { id }] of part.rows) if (ids.has(id)) part.rows.delete(seq)
      part.gone = { ...part.gone, ids: [...new Set([...part.gone.ids, ...ids])] }
    }
    this.push({ key, ...whole, make })
  }

  /** Writes all that is different. Resolves when it is on the disk, or can't be. */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.stopped || this.epoch === 0) return this.work
    const rows = this.inbox.rows
    const change = this.cursor()
    const isNew = rows !== this.listed || change !== this.change
    if (isNew) this.lost(rows)
    for (const key of this.timelines.keys()) this.push(this.editOf(key, this.timelines.get(key)))
    const { edits, epoch } = this
    if (!isNew && edits.length === 0) return this.work
    const list = isNew ? { rows: this.inbox.state(), change } : null
    this.edits = []
    this.listed = rows
    this.change = change
    this.work = this.work.then(() => this.disk.write(epoch, list, edits))
    // With the first write of a page, and then now and again.
    if (this.writes++ % tidyEvery === 0) this.work = this.work.then(() => this.disk.tidy(this.latest()))
    return this.work
  }

  /** The conversations, that of the last message first. */
  private latest(): ChatKey[] {
    return [...this.inbox.rows].sort(([, a], [, b]) => b.updateat - a.updateat).map(([key]) => key)
  }

  /** Nothing more is written; what is under way ends. */
  stop(): void {
    void this.flush()
    this.stopped = true
  }

  private cleared(key: ChatKey, seq: number): void {
    const make = (part: ChatPart) => {
      for (const known of part.rows.keys()) if (known <= seq) part.rows.delete(known)
      part.stretches = from(part.stretches, seq + 1)
    }
    this.push({ key, ...whole, make })
  }

  /** What the list says to be gone of conversations that are not in memory. */
  private lost(rows: ReadonlyMap<ChatKey, Conversation>): void {
    for (const [key, { cleared, hidden }] of rows) {
      const before = this.listed.get(key)
      if (cleared > (before?.cleared ?? 0)) this.cleared(key, cleared)
      if (hidden <= (before?.hidden ?? 0) || this.timelines.get(key)) continue
      // Which ones nobody has said: they are asked for again.
      const make = (part: ChatPart) => {
        if (part.gone.counter >= hidden) return
        part.rows.clear()
        part.stretches = []
      }
      this.push({ key, ...whole, make })
    }
  }

  private push(edit: Edit | null): void {
    if (!edit || !this.disk.works) return
    this.edits.push(edit)
    this.touch()
  }

  /** What brings a window to the disk; null when it is there, or when something in it is missing. */
  private editOf(key: ChatKey, timeline: Timeline | undefined): Edit | null {
    if (!timeline?.loaded || timeline.hasGap || timeline.holes.size > 0 || timeline.messages.length === 0) return null
    const now = stateOf(timeline)
    const before = this.written.get(timeline)
    const region = before ? difference(before.messages, now) : { low: now.low, high: timeline.last }
    const same = before && before.ver === now.ver && before.low === now.low && before.ends === now.ends
    if (same && !region && before.counter === now.counter) return null
    this.written.set(timeline, now)
    const stretch = { low: now.low, high: timeline.last, ver: now.ver, ends: now.ends }
    const gone = timeline.gone.state()
    const { low, high } = region ?? { low: stretch.high, high: stretch.high }
    const rows = now.messages.filter(({ seq }) => seq >= low && seq <= high)
    const make = (part: ChatPart) => {
      for (const seq of part.rows.keys()) if (seq >= low && seq <= high) part.rows.delete(seq)
      for (const row of rows) part.rows.set(row.seq, row)
      if (gone.counter >= part.gone.counter) part.gone = gone
      const known = claimed(part.stretches, stretch, { low, high }, before?.ver ?? Infinity)
      if (known) part.stretches = withStretch(part.stretches, known)
    }
    return { key, low, high, make }
  }
}

function stateOf({ messages, ver, first, hasOlder, hasNewer, gone }: Timeline): Written {
  return { messages, ver, low: hasOlder ? first : 1, ends: !hasNewer, counter: gone.counter }
}

/** The seqs from the first to the last message of a window that is different, or gone from it; null for none. */
function difference(before: readonly Message[], now: Written): { low: number; high: number } | null {
  if (before === now.messages) return null
  const old = new Set(before)
  const present = new Set(now.messages)
  const rows = [...now.messages.filter((row) => !old.has(row)), ...before.filter((row) => !present.has(row))]
  // Those above the window were let go, and stay on the disk as they were.
  const seqs = rows.map(({ seq }) => seq).filter((seq) => seq >= now.low)
  return seqs.length > 0 ? { low: Math.min(...seqs), high: Math.max(...seqs) } : null
}

/**
 * What may be said of a window of which `written` is written: all of it, where the rest still stands on the disk as it was
 * written before, at `ver`; another tab may have emptied it.
 */
function claimed(
  known: readonly Stretch[],
  window: Stretch,
  written: { low: number; high: number },
  ver: number,
): Stretch | null {
  const below = written.low <= window.low || covers(known, window.low, written.low - 1, ver)
  const above = written.high >= window.high || covers(known, written.high + 1, window.high, ver)
  const low = below ? window.low : written.low
  const high = above ? window.high : written.high
  return low <= high ? { low, high, ver: window.ver, ends: window.ends && above } : null
}
