/**
 * The conversation list: rows of `/message/conversations`, kept up to date by live frames.
 */
import { Kind, Media } from '@/protocol/codes'
import { chatKey, keyOfMessage, type ChatKey, type Conversation } from '@/protocol/conversations'
import type { ReadEvent } from '@/protocol/frames'
import { limits } from '@/protocol/limits'
import { countsAsUnread, mentions, type Message } from '@/protocol/messages'

export class Inbox {
  /** A new map after each change, so that views see it. */
  rows: ReadonlyMap<ChatKey, Conversation> = new Map()

  constructor(private readonly me: number) {}

  get(key: ChatKey): Conversation | undefined {
    return this.rows.get(key)
  }

  /** Rows from the server. What a live frame has brought meanwhile is newer and stays. */
  merge(rows: readonly Conversation[]): void {
    const next = new Map(this.rows)
    for (const row of rows) {
      const key = chatKey(row.kind, row.dstid)
      const known = next.get(key)
      next.set(key, known ? combine(row, known) : row)
    }
    this.rows = next
  }

  /** A message from the socket, or an own one that was acknowledged. */
  applyLive(message: Message): ChatKey {
    const key = keyOfMessage(message, this.me)
    const row = this.rows.get(key) ?? emptyRow(key)
    if (message.seq > row.seq) {
      const counts = message.seq > row.read && countsAsUnread(message, this.me)
      // A notice does not move a conversation in the list, but for its first message.
      const moves = message.media !== Media.Notice || message.seq === 1
      this.set(key, {
        ...row,
        seq: message.seq,
        ver: Math.max(row.ver, message.ver),
        last: message,
        unread: Math.min(row.unread + (counts ? 1 : 0), limits.unreadExact),
        mentions: row.mentions + (counts && mentions(message, this.me) ? 1 : 0),
        updateat: moves ? Math.max(row.updateat, message.createat) : row.updateat,
      })
    } else if (row.last?.seq === message.seq && message.ver > row.last.ver) {
      this.set(key, { ...row, ver: Math.max(row.ver, message.ver), last: message })
    }
    return key
  }

  /** One's own read mark moved, here or on another device. False when it was there already. */
  read(key: ChatKey, seq: number, unreadAfter?: number): boolean {
    const row = this.rows.get(key)
    if (!row || seq <= row.read) return false
    const left = seq >= row.seq ? 0 : (unreadAfter ?? Math.min(row.unread, row.seq - seq))
    this.set(key, { ...row, read: Math.min(seq, row.seq), unread: left, mentions: left ? row.mentions : 0 })
    return true
  }

  /** A read event of the peer or of another device of one's own. */
  applyRead({ userid, kind, dstid, seq }: ReadEvent): ChatKey | null {
    if (userid === this.me) {
      const key = chatKey(kind, dstid)
      return this.read(key, seq) ? key : null
    }
    if (kind !== Kind.Single || dstid !== this.me) return null
    const key = chatKey(Kind.Single, userid)
    const row = this.rows.get(key)
    if (!row || seq <= row.peer_read) return null
    this.set(key, { ...row, peer_read: seq })
    return key
  }

  clear(): void {
    this.rows = new Map()
  }

  private set(key: ChatKey, row: Conversation): void {
    this.rows = new Map(this.rows).set(key, row)
  }
}

/**
 * An answer and what is known. The greater `ver` decides about messages, the greater `change` about
 * the rest, and read marks only go forward: an answer that was on its way while something happened
 * undoes none of it.
 */
function combine(row: Conversation, known: Conversation): Conversation {
  const newer = known.ver > row.ver ? known : row
  const further = known.read > row.read ? known : row
  const later = known.change > row.change ? known : row
  const unread = further === newer ? newer.unread : Math.min(newer.unread, newer.seq - further.read)
  return {
    ...newer,
    read: further.read,
    peer_read: Math.max(row.peer_read, known.peer_read),
    unread,
    mentions: unread ? newer.mentions : 0,
    pinned: later.pinned,
    muted: later.muted,
    updateat: newer === row ? row.updateat : Math.max(row.updateat, known.updateat),
    change: later.change,
  }
}

function emptyRow(key: ChatKey): Conversation {
  const [kind, dstid] = key.split('/').map(Number)
  return {
    kind: kind as Kind,
    dstid,
    seq: 0,
    ver: 0,
    read: 0,
    peer_read: 0,
    unread: 0,
    mentions: 0,
    last: null,
    pinned: 0,
    muted: 0,
    updateat: 0,
    change: 0,
  }
}
