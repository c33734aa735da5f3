/**
 * Keeps the cache equal to the log: after each welcome, after a gap, when a chat is opened.
 *
 * The socket is a hint, so everything here asks the server and merges what it says; live frames that
 * arrive meanwhile go into the same timelines and are neither lost nor doubled. A call that fails is
 * made again after a while, as long as the connection it belongs to lives.
 */
import type { ChangeEvent } from '@/protocol/changes'
import type { ChatKey } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import type { Message } from '@/protocol/messages'
import type { OwnAct } from '@/protocol/own'
import { TimelineCache } from './cache'
import { GoneKeeper } from './gone'
import { History } from './history'
import { keyOfEvent, type Inbox } from './inbox'
import { Listing } from './listing'
import { isPassing, type CatchupEvents, type OpenAt, type Source } from './source'
import type { Timeline } from './timeline'
import { unreadAfter } from './unread'

/** With more changes missing than this the window starts anew. */
const longAbsence = 1000
/** ms to wait before a gap is taken for real: an ack may overtake the messages before it. */
const gapPatience = 300
const retryPause = 3_000
/** Rounds after which a gap that the log does not fill is taken to be none. */
const gapRounds = 3

export class Catchup {
  readonly listing: Listing
  /** Pages of history. */
  readonly history: History
  private readonly timelines: TimelineCache
  private readonly gone: GoneKeeper
  private readonly filling = new Map<ChatKey, Promise<void>>()
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()
  private epoch = 0
  /** Grows with each welcome; work begun for an older connection stops. */
  private generation = 0

  constructor(
    private readonly source: Source,
    private readonly inbox: Inbox,
    private readonly events: CatchupEvents,
  ) {
    this.timelines = new TimelineCache(inbox.me)
    this.history = new History(source, this.timelines, inbox, (key, rows) => this.paged(key, rows))
    this.listing = new Listing(source, inbox, {
      generation: () => this.generation,
      enterEpoch: (epoch) => this.enterEpoch(epoch),
      attempt: (work) => this.attempt('list', work, () => this.welcomed(this.epoch)),
      onRows: () => this.rowsCame(),
    })
    this.gone = new GoneKeeper(source, this.timelines, inbox, {
      attempt: (key, work) => this.attempt(`hidden ${key}`, work, () => this.gone.check(key)),
      renew: (key) =>
        void this.attempt(
          key,
          () => this.history.newest(key),
          () => this.refresh(key),
        ),
      onGone: (key) => events.onTimeline(key, []),
    })
  }

  timeline(key: ChatKey): Timeline | undefined {
    return this.timelines.get(key)
  }

  /** The server greeted a connection: the list, then every cached conversation, the open one first. */
  async welcomed(epoch: number): Promise<void> {
    const generation = ++this.generation
    this.cancelTimers()
    this.enterEpoch(epoch)
    const caught = await this.attempt(
      'list',
      () => this.listing.ask(),
      () => this.welcomed(this.epoch),
    )
    if (!caught || generation !== this.generation) return
    this.listing.recount()
    for (const key of this.timelines.keys()) {
      if (generation !== this.generation) return
      await this.refresh(key)
    }
  }

  /** The connection is gone: nothing is asked until the next welcome. */
  disconnected(): void {
    this.generation += 1
    this.cancelTimers()
  }

  /** A message from the socket, or an own one that was acknowledged. */
  applyLive(message: Message): ChatKey {
    const key = this.inbox.applyLive(message)
    this.listing.recount()
    const timeline = this.timelines.get(key)
    if (!timeline) return key
    if (timeline.applyLive(message) === 'gap') this.fillSoon(key)
    this.timelines.grown(key)
    return key
  }

  /** What became of a message (recall, edit, reaction, pin), from the socket. */
  applyEvent(event: ChangeEvent): ChatKey {
    const key = keyOfEvent(event, this.inbox.me)
    const timeline = this.timelines.get(key)
    this.inbox.applyEvent(event, timeline?.find(event.seq))
    if (timeline?.applyEvent(event) === 'gap') this.fillSoon(key)
    this.listing.recount()
    return key
  }

  /** A change of one's own is in the log, at `ver` or before: its row is asked for. */
  expect(key: ChatKey, ver: number): void {
    const timeline = this.timelines.get(key)
    if (timeline?.expect(ver)) return void this.fill(key)
    this.inbox.expect(key, ver)
    this.listing.recount()
  }

  /** All changes of a conversation up to this one are here, as far as any of it is. */
  reached(key: ChatKey): number {
    const timeline = this.timelines.get(key)
    return timeline?.loaded ? timeline.ver : (this.inbox.get(key)?.ver ?? Infinity)
  }

  /** Opens a conversation: cached, or at its end, or where `at` says. Rejects when the server refuses. */
  async open(key: ChatKey, at: OpenAt = {}): Promise<void> {
    this.close()
    this.timelines.open = key
    this.timelines.reader = at.seq ?? 0
    if (this.has(key, at)) await this.refresh(key)
    else if (at.seq !== undefined) await this.history.around(key, at.seq)
    else if (at.unread !== undefined) await this.history.firstUnread(key, at.unread)
    else await this.history.newest(key)
  }

  /** What `open` needs for a start is in the cache. */
  has(key: ChatKey, { seq, unread }: OpenAt): boolean {
    const timeline = this.timelines.get(key)
    if (!timeline?.loaded) return false
    const wanted = seq ?? (unread === undefined ? undefined : unread + 1)
    if (wanted === undefined || !timeline.hasNewer) return !timeline.hasNewer && timeline.first <= (wanted ?? Infinity)
    return timeline.first <= wanted && wanted <= timeline.last
  }

  /** The reader left: the cache may shrink. */
  close(): void {
    this.timelines.close()
  }

  /** Where the reader of the open chat is: the seq of a message, 0 at its end, where what is far above may go. */
  readerAt(seq: number): void {
    this.timelines.reader = seq
    if (seq === 0) this.timelines.atEnd()
  }

  /** The reader has read up to a seq, here or on another device. False when that is no news. */
  read(key: ChatKey, seq: number): boolean {
    const row = this.inbox.get(key)
    const moved =
      row !== undefined && this.inbox.read(key, seq, unreadAfter(row, this.timelines.get(key), seq, this.inbox.me))
    if (moved) this.listing.recount()
    return moved
  }

  /** The server has what the reader did with a conversation, here or on another device. */
  applyAct(key: ChatKey, act: OwnAct): void {
    if (act.do === 'hide' || act.do === 'clear') this.gone.apply(key, act)
    this.listing.news()
  }

  clear(): void {
    this.disconnected()
    this.timelines.open = ''
    this.timelines.clear()
    this.inbox.clear()
    this.listing.reset()
  }

  private rowsCame(): void {
    this.gone.checkAll()
    this.events.onInbox()
  }

  /** A page of history is in its timeline. */
  private paged(key: ChatKey, rows: readonly Message[]): void {
    this.events.onTimeline(key, rows)
    this.gone.check(key)
    if (this.timelines.get(key)?.hasGap) this.fillSoon(key)
  }

  /** Brings a conversation up to date, by its changes or, after long, by a window of its own anew. */
  private async refresh(key: ChatKey): Promise<void> {
    const timeline = this.timelines.get(key)
    if (!timeline) return
    const known = this.inbox.get(key)
    if (timeline.loaded && known && known.ver <= timeline.ver && !timeline.hasGap) return
    if (timeline.loaded && (known === undefined || known.ver - timeline.ver <= longAbsence)) return this.fill(key)
    if (key !== this.timelines.open) return this.timelines.drop(key)
    // The reader stays where they are; what came meanwhile lies below, and is not taken for read.
    const place = timeline.loaded ? this.timelines.reader || timeline.last : 0
    await this.attempt(
      key,
      () => (place > 0 ? this.history.around(key, place) : this.history.newest(key)),
      () => this.refresh(key),
    )
  }

  private fillSoon(key: ChatKey): void {
    if (this.timers.has(`gap ${key}`)) return
    const timer = setTimeout(() => {
      this.timers.delete(`gap ${key}`)
      if (this.timelines.get(key)?.hasGap) void this.fill(key)
    }, gapPatience)
    this.timers.set(`gap ${key}`, timer)
  }

  /** Asks the changes of a conversation to their end; calls while one is running join it. */
  private fill(key: ChatKey): Promise<void> {
    const running = this.filling.get(key)
    if (running) return running
    const generation = this.generation
    const filled = this.attempt(
      key,
      () => this.askChanges(key, generation),
      () => this.refresh(key),
    ).then(() => {
      if (this.filling.get(key) === filled) this.filling.delete(key)
    })
    this.filling.set(key, filled)
    return filled
  }

  private async askChanges(key: ChatKey, generation: number): Promise<void> {
    for (let rounds = 0; rounds < gapRounds;) {
      const timeline = this.timelines.get(key)
      if (!timeline?.loaded || generation !== this.generation) return
      const { rows, more } = await this.source.changes(key, timeline.ver, limits.changesPage)
      if (this.timelines.get(key) !== timeline) return
      timeline.applyChanges(rows)
      for (const row of rows) this.inbox.refresh(row)
      this.listing.recount()
      this.events.onTimeline(key, rows)
      if (more && rows.length > 0) continue
      if (!timeline.hasGap) return
      rounds += 1
      if (rounds === gapRounds) timeline.settle()
    }
  }

  /** Runs some work of this connection; false when it failed. After a passing failure it is begun `again` after a while. */
  private async attempt(name: string, work: () => Promise<void>, again: () => unknown): Promise<boolean> {
    const { generation } = this
    try {
      await work()
      return true
    } catch (error) {
      if (generation !== this.generation || !isPassing(error)) return false
      const timer = setTimeout(() => {
        this.timers.delete(name)
        if (generation === this.generation) void again()
      }, retryPause)
      clearTimeout(this.timers.get(name))
      this.timers.set(name, timer)
      return false
    }
  }

  /** True when it is another history than the one known so far, which is forgotten. */
  private enterEpoch(epoch: number): boolean {
    if (epoch === 0) return false
    const another = this.epoch !== 0 && epoch !== this.epoch
    if (another) {
      this.timelines.clear()
      this.filling.clear()
      this.inbox.clear()
      this.listing.reset()
      this.events.onInbox()
    }
    this.epoch = epoch
    return another
  }

  private cancelTimers(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
    this.listing.stop()
    this.gone.reset()
    this.filling.clear()
  }
}
