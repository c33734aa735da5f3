/**
 * How far the reader of the open chat has read: where the unread messages begin, and telling the
 * server what has been seen. For the chat store only.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import type { ChatKey } from '@/protocol/conversations'
import { countsAsUnread } from '@/protocol/messages'
import { useLive } from '@/state/live'

/** Pages loaded at most to reach the first unread message. */
const unreadPages = 6

export function useReadMark(key: Readonly<ShallowRef<ChatKey | ''>>) {
  const live = useLive()
  /** Seq of the first message unread when the chat was opened, 0 when none: where the line "new messages" stands. */
  const firstUnread = shallowRef(0)
  /** What the reader has seen of the open chat. Told to the server while the page is visible. */
  let seenSeq = 0

  /** Another chat is opened. */
  function reset(): void {
    firstUnread.value = 0
    seenSeq = 0
  }

  /** Loads older pages until the first message after `read` is there, within reason, and marks it. */
  async function reachUnread(read: number): Promise<void> {
    const chat = key.value
    if (!chat) return
    for (let pages = 0; pages < unreadPages && key.value === chat; pages++) {
      const known = live.engine?.catchup.timeline(chat)
      if (!known?.hasOlder || known.first <= read + 1) break
      await live.engine?.catchup.older(chat)
    }
    if (key.value === chat) firstUnread.value = firstUnreadAfter(chat, read)
  }

  function firstUnreadAfter(chat: ChatKey, read: number): number {
    const messages = live.engine?.catchup.timeline(chat)?.messages ?? []
    return messages.find((row) => row.seq > read && countsAsUnread(row, live.api.userId))?.seq ?? 0
  }

  /** The list reports what the reader has seen to its end: moves the read mark when the page is visible. */
  function seen(seq: number): void {
    seenSeq = Math.max(seenSeq, seq)
    tellSeen()
    if (key.value && seq === live.timelines.get(key.value)?.messages.at(-1)?.seq) live.engine?.catchup.atEnd()
  }

  function tellSeen(): void {
    if (key.value && seenSeq && document.visibilityState === 'visible') live.engine?.markRead(key.value, seenSeq)
  }

  // What was seen before the list came, or while the page was hidden, is told when it can be.
  watch(() => live.inbox, tellSeen)
  document.addEventListener('visibilitychange', tellSeen)

  return { firstUnread, reset, reachUnread, seen }
}
