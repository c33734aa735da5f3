/**
 * Which messages of a conversation are gone for the reader: hidden one by one, or cleared up to a seq. Nothing that
 * is gone comes back, so what is known here never shrinks but with its history.
 */
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { OwnAct } from '@/protocol/own'
import type { KeptGone } from '@/store/schema'
import type { TimelineCache } from './cache'
import type { Inbox } from './inbox'
import type { Source } from './source'

/** Numbers of messages from the first to the last, both included. */
export interface Range {
  low: number
  high: number
}

export class Gone {
  /** Up to this seq all is. */
  cleared = 0
  /** The counter of the conversation up to which what is hidden is known. */
  counter = 0
  private readonly ids = new Set<number>()
  /** Ascending. */
  private ranges: readonly Range[] = []

  has({ id, seq }: Pick<Message, 'id' | 'seq'>): boolean {
    return seq <= this.cleared || this.ids.has(id) || this.ranges.some(({ low, high }) => low <= seq && seq <= high)
  }

  add(act: OwnAct): void {
    if (act.do === 'clear') this.cleared = Math.max(this.cleared, act.seq)
    else if (act.do === 'hide') for (const id of act.ids) this.ids.add(id)
  }

  /** As the disk keeps it. */
  state(): KeptGone {
    return { counter: this.counter, ids: [...this.ids], ranges: this.ranges }
  }

  /** What the disk has kept. */
  restore({ counter, ids, ranges }: KeptGone): void {
    for (const id of ids) this.ids.add(id)
    this.know(counter, ranges)
  }

  /** All that is hidden by the time the counter stood there. */
  know(counter: number, ranges: readonly Range[]): void {
    if (counter < this.counter) return
    this.counter = counter
    this.ranges = ranges
  }
}

/** Keeps the timelines without what is gone. */
export class GoneKeeper {
  private readonly asking = new Set<ChatKey>()

  constructor(
    private readonly source: Pick<Source, 'hidden'>,
    private readonly timelines: TimelineCache,
    private readonly inbox: Inbox,
    private readonly options: {
      /** Runs some work of a connection for a conversation; false when it failed. */
      attempt(key: ChatKey, work: () => Promise<void>): Promise<boolean>
      /** The window was emptied, though the conversation is not. */
      renew(key: ChatKey): void
      onGone(key: ChatKey): void
    },
  ) {}

  /** The reader has hidden or cleared messages, here or on another device, and the server has it. */
  apply(key: ChatKey, act: OwnAct): void {
    this.timelines.get(key)?.gone.add(act)
    this.drop(key)
  }

  /** Every cached conversation, as the rows of the list are now. */
  checkAll(): void {
    for (const key of this.timelines.keys()) this.check(key)
  }

  /** Takes out what the row of a conversation says is gone; asks what is hidden when that has moved. */
  check(key: ChatKey): void {
    const timeline = this.timelines.get(key)
    const row = this.inbox.get(key)
    if (!timeline || !row) return
    if (row.cleared > timeline.gone.cleared) {
      timeline.gone.add({ do: 'clear', seq: row.cleared })
      this.drop(key)
    }
    if (row.hidden > timeline.gone.counter && !this.asking.has(key)) void this.ask(key)
  }

  /** Of another connection, or another history. */
  reset(): void {
    this.asking.clear()
  }

  private async ask(key: ChatKey): Promise<void> {
    this.asking.add(key)
    const done = await this.options.attempt(key, async () => {
      const timeline = this.timelines.get(key)
      const counter = this.inbox.get(key)?.hidden ?? 0
      const ranges = await this.all(key)
      timeline?.gone.know(counter, ranges)
      if (this.timelines.get(key) === timeline) this.drop(key)
    })
    this.asking.delete(key)
    // It may have moved on meanwhile.
    if (done) this.check(key)
  }

  private async all(key: ChatKey): Promise<Range[]> {
    const ranges: Range[] = []
    for (let more = true; more;) {
      const answer = await this.source.hidden(key, ranges.at(-1)?.low ?? 0)
      ranges.push(...answer.rows)
      more = answer.more && answer.rows.length > 0
    }
    return ranges
  }

  private drop(key: ChatKey): void {
    const timeline = this.timelines.get(key)
    if (!timeline?.drop()) return
    this.options.onGone(key)
    if (timeline.messages.length === 0 && (timeline.hasOlder || timeline.hasNewer)) this.options.renew(key)
  }
}
