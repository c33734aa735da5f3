/**
 * Pages of history: where a conversation's window begins, and how it grows at both ends.
 *
 * A window opens at the end of its conversation, or around a message: the first unread one, or where
 * the reader was. What lies between it and the end is loaded when the reader comes near.
 */
import type { ChatKey } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import { countsAsUnread, type Message } from '@/protocol/messages'
import type { TimelineCache } from './cache'
import type { Inbox } from './inbox'
import type { KeptPages } from './kept'
import { isPassing } from './source'
import type { KeptWindow, Timeline } from './timeline'

/** Neither: the newest messages. `before`: those right below; `after`: those right above. Both exclusive. */
export interface HistoryPage {
  before?: number
  after?: number
  limit: number
}

/** `more`: there are further ones in the direction that was asked for. */
export interface HistoryAnswer {
  rows: Message[]
  more: boolean
}

/** On both sides of a message, itself among them. */
export interface AroundAnswer {
  rows: Message[]
  /** There are further ones before and after these. */
  before: boolean
  after: boolean
}

/** What is asked of the server. */
export interface Pages {
  history(key: ChatKey, page: HistoryPage): Promise<HistoryAnswer>
  around(key: ChatKey, seq: number, limit: number): Promise<AroundAnswer>
}

/** Messages of one page of history: some screens of them. */
const pageSize = Math.min(50, limits.historyPage)
/** Messages loaded around the one at which a window opens; so many of them stand above it. */
const aroundSize = Math.min(50, limits.historyPage)
const above = aroundSize / 2
/** Pages looked through at most for the first unread message: behind the mark may be many of one's own. */
const searched = 20
/** A page on its way while rows outside the window change is asked for so often. */
const tries = 3

export interface HistoryOptions {
  /** Null when nothing is kept. */
  disk: KeptPages | null
  online(): boolean
  /** A page is in its timeline; `rows` came from the server. */
  onRows(key: ChatKey, rows: readonly Message[]): void
  /** A window begins as the disk has it. */
  onKept(key: ChatKey, timeline: Timeline): void
}

export class History {
  constructor(
    private readonly pages: Pages,
    private readonly timelines: TimelineCache,
    private readonly inbox: Inbox,
    private readonly options: HistoryOptions,
  ) {}

  /** Begins a window that is not in memory with what the disk has: around a message, or at the end. */
  async restore(key: ChatKey, wanted?: number): Promise<void> {
    if (this.timelines.get(key)?.loaded) return
    const start = await this.options.disk?.start(key, wanted)
    if (!start || this.timelines.get(key)?.loaded) return
    const timeline = this.timelines.use(key)
    timeline.gone.restore(start.gone)
    this.take(key, timeline, start)
  }

  /** The window at the end. */
  async newest(key: ChatKey, attempt = 1): Promise<void> {
    const timeline = this.timelines.use(key)
    const { outside } = timeline
    const known = this.inbox.get(key)?.ver ?? 0
    const { rows, more } = await this.pages.history(key, { limit: pageSize })
    if (this.timelines.get(key) !== timeline) return
    if (timeline.outside !== outside && attempt < tries) return this.newest(key, attempt + 1)
    timeline.start(rows, more, false, known)
    this.options.onRows(key, rows)
  }

  /** The window around a message; at the end when that is near. Without a connection it is what the disk has there. */
  async around(key: ChatKey, seq: number): Promise<void> {
    if (!this.options.online() && (await this.jump(key, seq))) return
    try {
      await this.askAround(key, seq)
    } catch (error) {
      if (!isPassing(error) || !(await this.jump(key, seq))) throw error
    }
  }

  private async askAround(key: ChatKey, seq: number, attempt = 1): Promise<void> {
    if (this.isNearEnd(key, seq)) return this.newest(key)
    const timeline = this.timelines.use(key)
    const { outside } = timeline
    const known = this.inbox.get(key)?.ver ?? 0
    const { rows, before, after } = await this.pages.around(key, seq, aroundSize)
    if (this.timelines.get(key) !== timeline) return
    if (timeline.outside !== outside && attempt < tries) return this.askAround(key, seq, attempt + 1)
    timeline.start(rows, before, after, known)
    this.options.onRows(key, rows)
  }

  /** The window around the first message after `read` that is unread. */
  async firstUnread(key: ChatKey, read: number): Promise<void> {
    if (this.isNearEnd(key, read)) return this.newest(key)
    let after = read
    for (let page = 0; page < searched; page++) {
      const { rows, more } = await this.pages.history(key, { after, limit: page === 0 ? pageSize : limits.historyPage })
      const first = rows.find((row) => countsAsUnread(row, this.inbox.me))
      if (first) return this.around(key, first.seq)
      after = rows.at(-1)?.seq ?? after
      if (!more || rows.length === 0) break
    }
    return this.newest(key)
  }

  /** One more page above the window; false when there is none. Without a connection it is what the disk has next. */
  older(key: ChatKey): Promise<boolean> {
    return this.further(
      key,
      'hasOlder',
      () => this.askOlder(key),
      (disk, { first }) => disk.older(key, first),
    )
  }

  /** One more page below the window, likewise. */
  newer(key: ChatKey): Promise<boolean> {
    return this.further(
      key,
      'hasNewer',
      () => this.askNewer(key),
      (disk, { last }) => disk.newer(key, last),
    )
  }

  private async further(
    key: ChatKey,
    side: 'hasOlder' | 'hasNewer',
    ask: () => Promise<boolean>,
    look: (disk: KeptPages, timeline: Timeline) => Promise<KeptWindow | null>,
  ): Promise<boolean> {
    const goOn = async () => {
      const timeline = this.timelines.get(key)
      if (!this.options.disk || !timeline?.loaded || !timeline[side]) return false
      const { first, last } = timeline
      const page = await look(this.options.disk, timeline)
      const same = this.timelines.get(key) === timeline && timeline.first === first && timeline.last === last
      if (page && same) this.take(key, timeline, page)
      return page !== null
    }
    if (!this.options.online() && (await goOn())) return this.timelines.get(key)?.[side] ?? false
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error) || !(await goOn())) throw error
      return this.timelines.get(key)?.[side] ?? false
    }
  }

  private async askOlder(key: ChatKey, attempt = 1): Promise<boolean> {
    const timeline = this.timelines.get(key)
    if (!timeline?.loaded || !timeline.hasOlder) return false
    const { first: before, outside } = timeline
    const { rows, more } = await this.pages.history(key, { before, limit: pageSize })
    if (this.timelines.get(key) !== timeline || timeline.first !== before) return timeline.hasOlder
    if (timeline.outside !== outside && attempt < tries) return this.askOlder(key, attempt + 1)
    timeline.prepend(rows, more)
    this.options.onRows(key, rows)
    return timeline.hasOlder
  }

  private async askNewer(key: ChatKey, attempt = 1): Promise<boolean> {
    const timeline = this.timelines.get(key)
    if (!timeline?.loaded || !timeline.hasNewer) return false
    const { last: after, outside } = timeline
    const { rows, more } = await this.pages.history(key, { after, limit: pageSize })
    if (this.timelines.get(key) !== timeline || timeline.last !== after) return timeline.hasNewer
    if (timeline.outside !== outside && attempt < tries) return this.askNewer(key, attempt + 1)
    timeline.append(rows, more)
    this.options.onRows(key, rows)
    return timeline.hasNewer
  }

  /** The window goes where the disk has the message; false when it has not. */
  private async jump(key: ChatKey, seq: number): Promise<boolean> {
    const start = await this.options.disk?.start(key, seq)
    if (!start?.rows.some((row) => row.seq === seq)) return false
    this.timelines.drop(key)
    const timeline = this.timelines.use(key)
    timeline.gone.restore(start.gone)
    this.take(key, timeline, start)
    return true
  }

  private take(key: ChatKey, timeline: Timeline, page: KeptWindow): void {
    const begins = !timeline.loaded
    timeline.keep(page)
    if (begins) this.options.onKept(key, timeline)
    this.options.onRows(key, [])
  }

  /** The newest page holds the message, and some above it. */
  private isNearEnd(key: ChatKey, seq: number): boolean {
    return (this.inbox.get(key)?.seq ?? 0) - seq < pageSize - above / 2
  }
}
