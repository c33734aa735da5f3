/**
 * Keeps the cache equal to the log: after each welcome, after a gap, when a chat is opened.
 *
 * The socket is a hint, so everything here asks the server and merges what it says; live frames that
 * arrive meanwhile go into the same timelines and are neither lost nor doubled. A call that fails is
 * made again after a while, as long as the connection it belongs to lives.
 */
import type { ChangeEvent } from '@/protocol/changes'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { OwnAct } from '@/protocol/own'
import type { Disk } from '@/store/disk'
import { Attempts } from './attempts'
import { TimelineCache } from './cache'
import { Filling } from './filling'
import { GoneKeeper } from './gone'
import { History } from './history'
import { keyOfEvent, type Inbox, type KeptRow } from './inbox'
import { Keeper } from './keeper'
import { KeptPages } from './kept'
import { Listing } from './listing'
import { isPassing, type CatchupEvents, type OpenAt, type Source } from './source'
import type { Timeline } from './timeline'
import { unreadAfter } from './unread'

/** With more changes missing than this the window starts anew. */
const longAbsence = 1000

export class Catchup {
  readonly listing: Listing
  /** Pages of history. */
  readonly history: History
  private readonly timelines: TimelineCache
  private readonly gone: GoneKeeper
  private readonly filling: Filling
  private readonly attempts = new Attempts()
  private readonly events: CatchupEvents
  private readonly keeper: Keeper | null
  private epoch = 0

  constructor(
    source: Source,
    private readonly inbox: Inbox,
    { disk = null, ...events }: CatchupEvents & { disk?: Disk | null },
  ) {
    this.events = {
      onInbox: () => {
        events.onInbox()
        this.keeper?.touch()
      },
      onTimeline: (key, rows) => {
        events.onTimeline(key, rows)
        this.keeper?.touch()
      },
    }
    this.timelines = new TimelineCache(inbox.me)
    this.history = new History(source, this.timelines, inbox, {
      disk: disk && new KeptPages(disk, inbox),
      online: () => this.attempts.online,
      onRows: (key, rows) => this.paged(key, rows),
      onKept: (key, timeline) => this.keeper?.read(key, timeline),
    })
    this.listing = new Listing(source, inbox, {
      generation: () => this.attempts.generation,
      enterEpoch: (epoch) => this.enterEpoch(epoch),
      attempt: (work) => this.attempts.run('list', work, () => this.welcomed(this.epoch)),
      onRows: () => this.rowsCame(),
    })
    this.filling = new Filling(source, this.timelines, this.attempts, {
      onRows: (key, rows) => this.changesCame(key, rows),
      refresh: (key) => this.refresh(key),
    })
    this.keeper = disk && new Keeper(disk, inbox, this.timelines, () => this.listing.cursor.change)
    this.gone = new GoneKeeper(source, this.timelines, inbox, {
      attempt: (key, work) => this.attempts.run(`hidden ${key}`, work, () => this.gone.check(key)),
      renew: (key) =>
        void this.attempts.run(
          key,
          () => this.history.newest(key),
          () => this.refresh(key),
        ),
      onGone: (key) => this.events.onTimeline(key, []),
    })
  }

  timeline(key: ChatKey): Timeline | undefined {
    return this.timelines.get(key)
  }

  /** The server greeted a connection: the list, then every cached conversation, the open one first. */
  async welcomed(epoch: number): Promise<void> {
    this.renew(true)
    const { generation } = this.attempts
    this.enterEpoch(epoch)
    const caught = await this.attempts.run(
      'list',
      () => this.listing.ask(),
      () => this.welcomed(this.epoch),
    )
    if (!caught || generation !== this.attempts.generation) return
    this.listing.recount()
    for (const key of this.timelines.keys()) {
      if (generation !== this.attempts.generation) return
      await this.refresh(key)
    }
  }

  /** The connection is gone: nothing is asked until the next welcome. */
  disconnected(): void {
    this.renew(false)
  }

  /** What an earlier page has kept on the disk: the list as it stood then. Before the first welcome. */
  restore({ epoch, change, rows }: { epoch: number; change: number; rows: readonly KeptRow[] }): void {
    this.epoch = epoch
    this.inbox.restore(rows)
    this.listing.cursor.change = change
    this.keeper?.began(epoch)
  }

  /** What is known goes to the disk now. */
  async keep(): Promise<void> {
    await this.keeper?.flush()
  }

  /** A message from the socket, or an own one that was acknowledged. */
  applyLive(message: Message): ChatKey {
    const key = this.inbox.applyLive(message)
    this.listing.recount()
    const timeline = this.timelines.get(key)
    if (timeline?.applyLive(message) === 'gap') this.filling.soon(key)
    if (!timeline?.loaded || timeline.hasNewer || timeline.holes.size > 0) this.keeper?.live(message)
    this.timelines.grown(key)
    this.keeper?.touch()
    return key
  }

  /** What became of a message (recall, edit, reaction, pin), from the socket. */
  applyEvent(event: ChangeEvent): ChatKey {
    const key = keyOfEvent(event, this.inbox.me)
    const timeline = this.timelines.get(key)
    this.inbox.applyEvent(event, timeline?.find(event.seq))
    if (timeline?.applyEvent(event) === 'gap') this.filling.soon(key)
    this.keeper?.event(key, event)
    this.listing.recount()
    return key
  }

  /** A change of one's own is in the log, at `ver` or before: its row is asked for. */
  expect(key: ChatKey, ver: number): void {
    const timeline = this.timelines.get(key)
    if (timeline?.expect(ver)) return void this.filling.now(key)
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
    if (await this.prepare(key, at)) return this.attempts.online ? this.refresh(key) : undefined
    try {
      if (at.seq !== undefined) await this.history.around(key, at.seq)
      else if (at.unread !== undefined) await this.history.firstUnread(key, at.unread)
      else await this.history.newest(key)
    } catch (error) {
      if (!isPassing(error) || !this.timelines.get(key)?.loaded) throw error
    }
  }

  /** Begins a conversation with what the disk has. True when `open` needs nothing more for a start, or can have no more. */
  async prepare(key: ChatKey, at: OpenAt): Promise<boolean> {
    if (this.has(key, at)) return true
    await this.history.restore(key, wantedOf(at))
    return this.has(key, at) || (!this.attempts.online && this.timelines.get(key)?.loaded === true)
  }

  /** What `open` needs for a start is in memory. */
  has(key: ChatKey, at: OpenAt): boolean {
    const timeline = this.timelines.get(key)
    if (!timeline?.loaded || timeline.holes.size > 0) return false
    const wanted = wantedOf(at)
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
    this.keeper?.touch()
    return moved
  }

  /** The server has what the reader did with a conversation, here or on another device. */
  applyAct(key: ChatKey, act: OwnAct): void {
    if (act.do === 'hide' || act.do === 'clear') this.gone.apply(key, act)
    this.keeper?.gone(key, act)
    this.listing.news()
  }

  clear(): void {
    this.disconnected()
    this.keeper?.stop()
    this.timelines.open = ''
    this.timelines.clear()
    this.inbox.clear()
    this.listing.reset()
  }

  private rowsCame(): void {
    this.gone.checkAll()
    this.events.onInbox()
  }

  /** What has changed in a conversation is in its timeline. */
  private changesCame(key: ChatKey, rows: readonly Message[]): void {
    this.keeper?.rows(key, rows)
    for (const row of rows) this.inbox.refresh(row)
    this.listing.recount()
    this.events.onTimeline(key, rows)
  }

  /** A page of history is in its timeline. */
  private paged(key: ChatKey, rows: readonly Message[]): void {
    this.events.onTimeline(key, rows)
    this.gone.check(key)
    if (this.timelines.get(key)?.hasGap) this.filling.soon(key)
  }

  /** Brings a conversation up to date, by its changes or, after long, by a window of its own anew. */
  private async refresh(key: ChatKey): Promise<void> {
    const timeline = this.timelines.get(key)
    if (!timeline) return
    const known = this.inbox.get(key)
    const whole = timeline.loaded && timeline.holes.size === 0
    if (whole && known && known.ver <= timeline.ver && !timeline.hasGap) return
    if (whole && (known === undefined || known.ver - timeline.ver <= longAbsence)) return this.filling.now(key)
    if (key !== this.timelines.open) return this.timelines.drop(key)
    // The reader stays where they are; what came meanwhile lies below, and is not taken for read.
    const place = timeline.loaded ? this.timelines.reader || timeline.last : 0
    await this.attempts.run(
      key,
      () => (place > 0 ? this.history.around(key, place) : this.history.newest(key)),
      () => this.refresh(key),
    )
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
    this.keeper?.enter(epoch)
    return another
  }

  private renew(online: boolean): void {
    this.attempts.renew(online)
    this.listing.stop()
    this.gone.reset()
    this.filling.clear()
  }
}

/** The message at which a conversation opens; undefined for its end. */
function wantedOf({ seq, unread }: OpenAt): number | undefined {
  return seq ?? (unread === undefined ? undefined : unread + 1)
}
