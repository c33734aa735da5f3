/**
 * The conversation list: rows of `/message/conversations`, kept up to date by live frames.
 */
import { rowAfter, type ChangeEvent } from '@/protocol/changes'
import { Cmd, Kind, Media } from '@/protocol/codes'
import { chatKey, keyOfMessage, type ChatKey, type Conversation } from '@/protocol/conversations'
import type { ReadEvent } from '@/protocol/frames'
import { limits } from '@/protocol/limits'
import { countsAsUnread, mentions, type Message } from '@/protocol/messages'
import type { Unread } from './unread'

/** A row with what only this page knows of it. */
export interface KeptRow {
  row: Conversation
  /** Up to which seq the server is known to have the reader's mark. */
  told: number
  /** Its number of unread messages is an estimate. */
  unsure: boolean
}

export class Inbox {
  /** A new map after each change, so that views see it. */
  rows: ReadonlyMap<ChatKey, Conversation> = new Map()

  /** Rows whose numbers of unread messages are estimates, until the server says them. */
  private readonly estimated = new Set<ChatKey>()

  /** The read mark of each row in the server's own words. */
  private readonly marks = new Map<ChatKey, number>()

  constructor(readonly me: number) {}

  /** Some row's number of unread messages is an estimate. */
  get unsure(): boolean {
    return this.estimated.size > 0
  }

  get(key: ChatKey): Conversation | undefined {
    return this.rows.get(key)
  }

  /** Up to which seq the server is known to have the reader's mark. */
  confirmed(key: ChatKey): number {
    return this.marks.get(key) ?? 0
  }

  /** Rows from the server. What a live frame has brought meanwhile is newer and stays. */
  merge(rows: readonly Conversation[]): void {
    const next = new Map(this.rows)
    for (const row of rows) {
      const key = chatKey(row.kind, row.dstid)
      const known = next.get(key)
      this.marks.set(key, Math.max(row.read, this.confirmed(key)))
      if (!known) next.set(key, row)
      // One of the two has the newer messages, the other the further mark, or knows of more that is gone.
      else if (Math.min(...ahead(row, known)) < 0 && Math.max(...ahead(row, known)) > 0) this.estimated.add(key)
      else if (Math.min(...ahead(row, known)) >= 0) this.estimated.delete(key)
      if (known) next.set(key, combine(row, known))
    }
    this.rows = next
  }

  /** A message from the socket, or an own one that was acknowledged. */
  applyLive(message: Message): ChatKey {
    const key = keyOfMessage(message, this.me)
    const row = this.rows.get(key) ?? emptyRow(key)
    if (message.seq > row.seq) {
      // Some before it, or something that became of others, did not come by the socket.
      if (message.seq > row.seq + 1 || message.ver > row.ver + 1) this.estimated.add(key)
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
    } else this.refresh(message)
    return key
  }

  /** A newer row of a message that was counted already. */
  refresh(message: Message): void {
    const key = keyOfMessage(message, this.me)
    const row = this.rows.get(key)
    if (!row || message.seq > row.seq) return
    const { seq, ver } = message
    const last = row.last?.seq === seq && ver > row.last.ver ? message : row.last
    const next = ver === row.ver + 1 || last === message ? Math.max(ver, row.ver) : row.ver
    if (last === row.last && next === row.ver) return
    if (seq > row.read && message.userid !== this.me && (message.recalled || message.edited)) this.estimated.add(key)
    this.set(key, { ...row, ver: next, last })
  }

  /** What became of a message, from the socket. `known`: its row before that, if it is here. */
  applyEvent(event: ChangeEvent, known: Message | undefined): void {
    const { cmd, seq, ver } = event
    const key = keyOfEvent(event, this.me)
    const row = this.rows.get(key)
    if (!row || ver <= row.ver) return
    const next = { ...row, ver }
    if (ver > row.ver + 1) this.estimated.add(key)
    else if (row.last?.seq === seq) next.last = rowAfter(row.last, event, this.me)
    if (seq > row.read && (cmd === Cmd.Recall || cmd === Cmd.Edit)) {
      const before = known ?? (row.last?.seq === seq ? row.last : undefined)
      // Whom it counted for is not known, or the number stands at its limit.
      if (!before || row.unread >= limits.unreadExact) this.estimated.add(key)
      else {
        const after = rowAfter(before, event, this.me)
        next.unread += difference(before, after, (one) => countsAsUnread(one, this.me))
        next.mentions += difference(before, after, (one) => mentions(one, this.me))
      }
    }
    this.set(key, next)
  }

  /** A change of one's own is in the log at `ver`: the row is asked for when that is news. */
  expect(key: ChatKey, ver: number): void {
    const row = this.rows.get(key)
    if (row && row.ver < ver) this.estimated.add(key)
  }

  /**
   * One's own read mark moved, here or on another device. False when it was there already. `left`: what stays unread;
   * null when nobody here knows, and the number is an estimate until the server says it.
   */
  read(key: ChatKey, seq: number, left: Unread | null): boolean {
    const row = this.rows.get(key)
    if (!row || seq <= row.read) return false
    const read = Math.min(seq, row.seq)
    if (read === row.seq) this.estimated.delete(key)
    else if (!left) this.estimated.add(key)
    const unread = left?.unread ?? Math.min(row.unread, row.seq - read)
    this.set(key, { ...row, read, unread, mentions: left?.mentions ?? Math.min(row.mentions, unread) })
    return true
  }

  /** The peer of a single chat has read. */
  applyPeerRead({ userid, kind, dstid, seq }: ReadEvent): boolean {
    if (kind !== Kind.Single || dstid !== this.me) return false
    const key = chatKey(Kind.Single, userid)
    const row = this.rows.get(key)
    if (!row || seq <= row.peer_read) return false
    this.set(key, { ...row, peer_read: seq })
    return true
  }

  /** As the disk keeps it. */
  state(): KeptRow[] {
    return [...this.rows].map(([key, row]) => ({ row, told: this.confirmed(key), unsure: this.estimated.has(key) }))
  }

  /** What the disk has kept. */
  restore(kept: readonly KeptRow[]): void {
    for (const { row, told, unsure } of kept) {
      const key = chatKey(row.kind, row.dstid)
      this.marks.set(key, told)
      if (unsure) this.estimated.add(key)
    }
    this.rows = new Map(kept.map(({ row }) => [chatKey(row.kind, row.dstid), row]))
  }

  clear(): void {
    this.estimated.clear()
    this.marks.clear()
    this.rows = new Map()
  }

  private set(key: ChatKey, row: Conversation): void {
    this.rows = new Map(this.rows).set(key, row)
  }
}

/** The conversation of an event as `me` sees it. */
export function keyOfEvent({ kind, userid, dstid }: ChangeEvent, me: number): ChatKey {
  return keyOfMessage({ cmd: kind, userid, dstid }, me)
}

/** 1 when only `after` counts, -1 when only `before` did. */
function difference(before: Message, after: Message, counts: (message: Message) => boolean): number {
  return Number(counts(after)) - Number(counts(before))
}

/**
 * An answer and what is known. The greater `seq`, then the greater `ver`, then who knows of more that is gone decides
 * about messages, the greater `change` about the rest, and read marks only go forward: an answer that was on its way
 * while something happened undoes none of it. (The ack of a resend may know a later `ver` than the messages that came.)
 */
function combine(row: Conversation, known: Conversation): Conversation {
  const further = known.read > row.read ? known : row
  const newer = newerOf(row, known) ?? further
  const later = known.change > row.change ? known : row
  const cleared = Math.max(row.cleared, known.cleared)
  const left = newer.seq - Math.max(further.read, cleared)
  const unread = further === newer && cleared === newer.cleared ? newer.unread : Math.min(newer.unread, left)
  const last = newer.last && newer.last.seq > cleared ? newer.last : null
  return {
    ...newer,
    last,
    ver: Math.max(row.ver, known.ver),
    read: further.read,
    // Back to 0 it goes where one of both does not want it seen any more.
    peer_read: row.change > known.change && !row.peer_read ? 0 : Math.max(row.peer_read, known.peer_read),
    unread,
    mentions: unread ? newer.mentions : 0,
    pinned: later.pinned,
    muted: later.muted,
    archived: later.archived,
    marked: later.marked,
    left: later.left,
    cleared,
    hidden: Math.max(row.hidden, known.hidden),
    updateat: newer === row || later === known ? newer.updateat : Math.max(row.updateat, known.updateat),
    change: later.change,
  }
}

/** Which of two states of a conversation has the later messages; undefined when they have the same. */
function newerOf(one: Conversation, other: Conversation): Conversation | undefined {
  const [ver, , cleared, hidden] = ahead(one, other)
  const by = one.seq - other.seq || ver || cleared || hidden
  return by ? (by > 0 ? one : other) : undefined
}

/** In what one state of a conversation is ahead of another one: changes, what was read, what is gone. */
function ahead(one: Conversation, other: Conversation): [number, number, number, number] {
  const { ver, read, cleared, hidden } = one
  return [ver - other.ver, read - other.read, cleared - other.cleared, hidden - other.hidden]
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
    archived: 0,
    marked: 0,
    cleared: 0,
    hidden: 0,
    left: 0,
    updateat: 0,
    change: 0,
  }
}
