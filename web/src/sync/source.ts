/** What catch-up is given: what it asks of the server, where a chat opens, and whom it tells. */
import { Code } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { Range } from './gone'
import type { Pages } from './history'
import type { ListAnswer, ListPage } from './list'

/** What is asked of the server. Rejections may carry the contract's `code`. */
export interface Source extends Pages {
  conversations(page: ListPage): Promise<ListAnswer>
  changes(key: ChatKey, ver: number, limit: number): Promise<{ rows: Message[]; more: boolean }>
  /** What the reader has hidden, from the range behind `after` (its `low`) on. */
  hidden(key: ChatKey, after: number): Promise<{ rows: Range[]; more: boolean }>
}

/** Where a chat opens, at its end when neither is given. */
export interface OpenAt {
  /** At the first unread message after this seq. */
  unread?: number
  /** At this message, where the reader was. */
  seq?: number
}

export interface CatchupEvents {
  /** The list has changed. */
  onInbox(): void
  /** The messages of a conversation have changed; `fresh` are rows that came from the server. */
  onTimeline(key: ChatKey, fresh: readonly Message[]): void
}

/** A failure without one of the contract's codes is one of the network. */
export function isPassing(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code !== 'number' || ([Code.Network, Code.TryAgain, Code.SlowDown] as number[]).includes(code)
}

/** The session has ended: the same call can be made after the next log-in. */
export function isLoggedOut(error: unknown): boolean {
  return (error as { code?: unknown }).code === Code.NotLoggedIn
}
