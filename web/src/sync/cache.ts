/**
 * The timelines that are kept: the open chat's, and those of the chats opened last.
 */
import type { ChatKey } from '@/protocol/conversations'
import { Timeline } from './timeline'

/** Cached conversations besides the open one, and messages kept of each. */
const keptTimelines = 20
const keptMessages = 200
/** Messages kept of the open chat while its reader stays at its end, and of one that was left further up. */
const openMessages = 1000
/** Messages kept above the reader's place. */
const aroundReader = 50

export class TimelineCache {
  /** The chat that is open, '' when none: never dropped, never cut above its reader. */
  open: ChatKey | '' = ''
  /** Seq of the message at which the reader of the open chat is, 0 at its end. */
  reader = 0
  /** Is told of each timeline that is let go though nothing is wrong with it. */
  onDrop: (key: ChatKey, timeline: Timeline) => void = () => undefined
  /** Least recently used first. */
  private readonly timelines = new Map<ChatKey, Timeline>()

  constructor(private readonly me: number) {}

  get(key: ChatKey): Timeline | undefined {
    return this.timelines.get(key)
  }

  /** The timeline of a key, made when there is none, now the most recently used. */
  use(key: ChatKey): Timeline {
    const timeline = this.timelines.get(key) ?? new Timeline(this.me)
    this.timelines.delete(key)
    this.timelines.set(key, timeline)
    return timeline
  }

  /** All keys, the open one first, then by how recently they were used. */
  keys(): ChatKey[] {
    const others = [...this.timelines.keys()].filter((key) => key !== this.open).reverse()
    return this.open ? [this.open, ...others] : others
  }

  /** A live message went into a timeline; one that nobody reads does not grow without end. */
  grown(key: ChatKey): void {
    const timeline = this.timelines.get(key)
    if (key !== this.open && timeline && timeline.messages.length > 2 * keptMessages) timeline.trim(keptMessages)
  }

  /** The reader of the open chat is at its end: what is far above may go. */
  atEnd(): void {
    const timeline = this.open && this.timelines.get(this.open)
    if (timeline && timeline.messages.length > 2 * openMessages) timeline.trim(openMessages)
  }

  /** The reader left the open chat; what is around their place stays for when they come back. */
  close(): void {
    if (!this.open) return
    const timeline = this.timelines.get(this.open)
    const below = timeline && this.reader > 0 ? timeline.messages.filter(({ seq }) => seq >= this.reader).length : 0
    timeline?.trim(Math.min(openMessages, Math.max(keptMessages, below + aroundReader)))
    this.open = ''
    this.reader = 0
    for (const [key, one] of this.timelines) {
      if (this.timelines.size <= keptTimelines) break
      this.onDrop(key, one)
      this.timelines.delete(key)
    }
  }

  /** Forgets a conversation's messages. */
  drop(key: ChatKey): void {
    this.timelines.delete(key)
  }

  /** Forgets all messages; the open chat stays open, and empty. */
  clear(): void {
    this.timelines.clear()
    if (this.open) this.use(this.open)
  }
}
