/**
 * How far the reader of the open chat has read: where the unread messages begin, and telling the
 * server what has been on the screen. For the chat store only.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import type { ChatKey } from '@/protocol/conversations'
import { countsAsUnread } from '@/protocol/messages'
import { useLive } from '@/state/live'

export function useReadMark(key: Readonly<ShallowRef<ChatKey | ''>>) {
  const live = useLive()
  /** Seq of the first message that was new to the reader, 0 when none is: where the line "new messages" stands. */
  const firstUnread = shallowRef(0)
  /** The mark when the chat was opened with something unread; null once the line stands, or needs not to. */
  let wanted: number | null = null
  let seenSeq = 0

  /** Another chat is opened. `read`: up to there it was read, when some of it was not. */
  function reset(read: number | null): void {
    firstUnread.value = 0
    wanted = read
    seenSeq = 0
  }

  /**
   * Finds where the line stands, as soon as the messages around the mark are there. `sure`: the messages
   * before those that are here are read, or need not be.
   */
  function place(sure = false): void {
    const timeline = key.value && live.engine?.catchup.timeline(key.value)
    if (wanted === null || !timeline || !timeline.loaded) return
    const mark = wanted
    const first = timeline.messages.find((row) => row.seq > mark && countsAsUnread(row, live.api.userId))
    if (!first || (!sure && timeline.hasOlder && timeline.first > mark + 1)) return
    firstUnread.value = first.seq
    wanted = null
  }

  /** From this message on all is new, and the reader is elsewhere: the line stands there from now on. */
  function fresh(seq: number): void {
    firstUnread.value = seq
    wanted = null
  }

  /** All up to `seq` has been on the screen, of a page that somebody looked at. */
  function seen(seq: number): void {
    seenSeq = Math.max(seenSeq, seq)
    tell()
  }

  function tell(): void {
    if (key.value && seenSeq) live.engine?.markRead(key.value, seenSeq)
  }

  // What was seen before the list came is told when it can be.
  watch(() => live.inbox, tell)
  watch(
    () => key.value && live.timelines.get(key.value),
    () => place(),
  )

  return { firstUnread, reset, place, fresh, seen }
}
