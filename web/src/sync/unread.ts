/** How much stays unread once a reader has read up to a seq, as far as the known messages tell. */
import type { Conversation } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import { countsAsUnread, mentions, type Message } from '@/protocol/messages'
import type { Timeline } from './timeline'

export interface Unread {
  unread: number
  mentions: number
}

/** What is unread of `row` after `seq`; null when only the server can say. */
export function unreadAfter(row: Conversation, timeline: Timeline | undefined, seq: number, me: number): Unread | null {
  if (seq >= row.seq) return { unread: 0, mentions: 0 }
  if (!timeline?.loaded || timeline.hasGap || timeline.holes.size > 0) return null
  const { first, last, messages } = timeline
  if (first <= seq + 1 && last >= row.seq) {
    return count(
      messages.filter((message) => message.seq > seq),
      me,
    )
  }
  // Otherwise what was read now is taken off, if all of it is here, and the number is one that was counted.
  if (first > row.read + 1 || last < seq || row.unread >= limits.unreadExact) return null
  const now = count(
    messages.filter((message) => message.seq > row.read && message.seq <= seq),
    me,
  )
  return { unread: Math.max(0, row.unread - now.unread), mentions: Math.max(0, row.mentions - now.mentions) }
}

function count(messages: readonly Message[], me: number): Unread {
  const unread = messages.filter((message) => countsAsUnread(message, me))
  return {
    unread: Math.min(unread.length, limits.unreadExact),
    mentions: unread.filter((message) => mentions(message, me)).length,
  }
}
