/** Conversations: their keys, and the rows of the conversation list. */
import { isKind, Kind } from './codes'
import { count, flag, isFields, isId } from './guards'
import { parseMessage, type Message } from './messages'

/** Key of a conversation: `10/42` (single chat with 42) or `11/7` (community 7); also its place in the URL. */
export type ChatKey = `${Kind}/${number}`

export function chatKey(kind: Kind, dstid: number): ChatKey {
  return `${kind}/${dstid}`
}

/** Kind and dstid of a key; null for a text that is none. */
export function parseChatKey(key: string): { kind: Kind; dstid: number } | null {
  const found = /^(10|11)\/([1-9]\d{0,15})$/.exec(key)
  if (!found || !Number.isSafeInteger(Number(found[2]))) return null
  return { kind: Number(found[1]) as Kind, dstid: Number(found[2]) }
}

/** The conversation of a message as `me` sees it: a single chat is named by the other one. */
export function keyOfMessage({ cmd, userid, dstid }: Pick<Message, 'cmd' | 'userid' | 'dstid'>, me: number): ChatKey {
  return cmd === Kind.Single && userid !== me ? chatKey(cmd, userid) : chatKey(cmd, dstid)
}

/** The chat that an event is about: `userid` did it, in a conversation as they name it. */
export function keyOfEvent({ kind, ...event }: { kind: Kind; userid: number; dstid: number }, me: number): ChatKey {
  return keyOfMessage({ ...event, cmd: kind }, me)
}

/** One row of `/message/conversations`, as the reader sees it: nothing in it is of what they have hidden or cleared. */
export interface Conversation {
  kind: Kind
  dstid: number
  seq: number
  ver: number
  read: number
  peer_read: number
  unread: number
  mentions: number
  last: Message | null
  pinned: 0 | 1
  muted: 0 | 1
  archived: 0 | 1
  /** Shown as unread until it is read. */
  marked: 0 | 1
  /** All up to this seq is gone for the reader. */
  cleared: number
  /** A counter that moves when the reader hides messages. */
  hidden: number
  /** The reader is no member any more. */
  left: 0 | 1
  /** Time of the last message that was no notice; orders the list. */
  updateat: number
  /** The greatest change number that concerns this row. */
  change: number
}

export function parseConversation(value: unknown): Conversation | null {
  if (!isFields(value) || !isKind(value.kind) || !isId(value.dstid)) return null
  return {
    kind: value.kind,
    dstid: value.dstid,
    seq: count(value.seq),
    ver: count(value.ver),
    read: count(value.read),
    peer_read: count(value.peer_read),
    unread: count(value.unread),
    mentions: count(value.mentions),
    last: parseMessage(value.last),
    pinned: flag(value.pinned),
    muted: flag(value.muted),
    archived: flag(value.archived),
    marked: flag(value.marked),
    cleared: count(value.cleared),
    hidden: count(value.hidden),
    left: flag(value.left),
    updateat: count(value.updateat),
    change: count(value.change),
  }
}
