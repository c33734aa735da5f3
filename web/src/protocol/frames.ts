/**
 * Frames of the socket, both ways.
 *
 * `parseFrame` never throws: a frame that is not JSON, not an object, of an unknown command or
 * without the fields of its command gives null, and the caller ignores it.
 */
import { parseChange, type ChangeEvent, type OutgoingChange } from './changes'
import { Cmd, isKind, type Kind } from './codes'
import { parseDraftEvent, type DraftEvent } from './drafts'
import { count, flag, isCount, isFields, isId, parseJson, text, type Fields } from './guards'
import { limits } from './limits'
import { parseMessage, type Message, type OutgoingMessage } from './messages'
import { parseConversationEvent, type ConversationEvent } from './own'
import { parsePacketEvent, type PacketEvent } from './packets'
import { parseLater, type LaterEvent } from './schedules'
import { parseModerated, type ModeratedEvent, type ReviewState } from './reviews'

export interface Heartbeat {
  cmd: typeof Cmd.Heartbeat
  now: number
}

/** The message with this cid is durable. */
export interface Ack {
  cmd: typeof Cmd.Ack
  cid: string
  id: number
  seq: number
  ver: number
  createat: number
  kind: Kind
  dstid: number
}

export interface ErrorFrame {
  cmd: typeof Cmd.Error
  code: number
  msg: string
  cid?: string
  /** Seconds to wait, with code -429. */
  retry_after?: number
  /** When (ms) it will be allowed, of who is muted. */
  until?: number
  /** The message waits for a review, or was refused in one. */
  review?: { id: number; state: ReviewState }
}

export interface Welcome {
  cmd: typeof Cmd.Welcome
  epoch: number
  now: number
  /** Seconds between heartbeats. */
  heartbeat: number
  max_frame: number
}

/** `userid` has read up to `seq`; `dstid` is the conversation as that user names it. */
export interface ReadEvent {
  cmd: typeof Cmd.Read
  userid: number
  kind: Kind
  dstid: number
  seq: number
}

/** `userid` types; `dstid` is the conversation as that user names it. */
export interface TypingEvent {
  cmd: typeof Cmd.Typing
  userid: number
  kind: Kind
  dstid: number
}

export interface PresenceEvent {
  cmd: typeof Cmd.Presence
  userid: number
  online: 0 | 1
}

export interface ContactEvent {
  cmd: typeof Cmd.ContactChanged
  what: string
  userid: number
  dstid?: number
}

export interface CommunityEvent {
  cmd: typeof Cmd.CommunityChanged
  what: string
  dstid: number
  userid: number
  /** Whom it is about; not there when it is about the group itself. */
  who?: readonly number[]
}

/** Something was done to the reader's own account: a log-in on an unknown device, one-time codes, a link. */
export interface AccountEvent {
  cmd: typeof Cmd.AccountChanged
  what: string
  /** With totp: 1 when codes are asked for now. */
  on: 0 | 1
}

export type ServerFrame =
  | Heartbeat
  | Ack
  | ErrorFrame
  | Welcome
  | Message
  | ReadEvent
  | TypingEvent
  | PresenceEvent
  | ContactEvent
  | CommunityEvent
  | ChangeEvent
  | ConversationEvent
  | ModeratedEvent
  | PacketEvent
  | AccountEvent
  | DraftEvent
  | LaterEvent

export function parseFrame(json: unknown): ServerFrame | null {
  const frame = typeof json === 'string' ? parseJson(json) : undefined
  if (!isFields(frame) || !isCount(frame.cmd)) return null
  return parsers[frame.cmd]?.(frame) ?? null
}

const parsers: Partial<Record<number, (frame: Fields) => ServerFrame | null>> = {
  [Cmd.Heartbeat]: (frame) => ({ cmd: Cmd.Heartbeat, now: count(frame.now) }),

  [Cmd.Ack]({ cid, id, seq, ver, createat, kind, dstid }) {
    if (typeof cid !== 'string' || !isId(id) || !isId(seq) || !isId(ver) || !isKind(kind) || !isId(dstid)) return null
    return { cmd: Cmd.Ack, cid, id, seq, ver, createat: count(createat), kind, dstid }
  },

  [Cmd.Error](frame) {
    const code = typeof frame.code === 'number' ? frame.code : -1
    const data = isFields(frame.data) ? frame.data : {}
    const { retry_after: wait, until, review, state } = data
    return {
      cmd: Cmd.Error,
      code,
      msg: text(frame.msg),
      ...(text(frame.cid) && { cid: text(frame.cid) }),
      ...(typeof wait === 'number' && wait >= 0 && { retry_after: wait }),
      ...(isCount(until) && { until }),
      ...(isId(review) && { review: { id: review, state: state === 'refused' ? 'refused' : 'waiting' } }),
    }
  },

  [Cmd.Welcome]({ epoch, now, heartbeat, max_frame }) {
    if (!isCount(epoch)) return null
    return {
      cmd: Cmd.Welcome,
      epoch,
      now: count(now),
      heartbeat: count(heartbeat) || limits.heartbeatSeconds,
      max_frame: count(max_frame) || limits.frameBytes,
    }
  },

  [Cmd.Single]: parseMessage,
  [Cmd.Room]: parseMessage,

  [Cmd.Read]({ userid, kind, dstid, seq }) {
    if (!isId(userid) || !isKind(kind) || !isId(dstid) || !isCount(seq)) return null
    return { cmd: Cmd.Read, userid, kind, dstid, seq }
  },

  [Cmd.Typing]({ userid, kind, dstid }) {
    return isId(userid) && isKind(kind) && isId(dstid) ? { cmd: Cmd.Typing, userid, kind, dstid } : null
  },

  [Cmd.Recall]: parseChange,
  [Cmd.Edit]: parseChange,
  [Cmd.Reaction]: parseChange,
  [Cmd.Pin]: parseChange,
  [Cmd.Preview]: parseChange,

  [Cmd.Presence]({ userid, online }) {
    return isId(userid) ? { cmd: Cmd.Presence, userid, online: online === 1 ? 1 : 0 } : null
  },

  [Cmd.ContactChanged]({ what, userid, dstid }) {
    if (!isId(userid)) return null
    return { cmd: Cmd.ContactChanged, what: text(what), userid, ...(isId(dstid) && { dstid }) }
  },

  [Cmd.ConversationChanged]: parseConversationEvent,
  [Cmd.Moderated]: parseModerated,
  [Cmd.PacketOpened]: parsePacketEvent,
  [Cmd.Draft]: parseDraftEvent,
  [Cmd.Later]: parseLater,

  [Cmd.AccountChanged]: ({ what, on }) => ({ cmd: Cmd.AccountChanged, what: text(what), on: flag(on) }),

  [Cmd.CommunityChanged]({ what, dstid, userid, who }) {
    if (!isId(dstid)) return null
    const whom = Array.isArray(who) ? who.filter(isId) : []
    const event = { cmd: Cmd.CommunityChanged, what: text(what), dstid, userid: count(userid) }
    return whom.length > 0 ? { ...event, who: whom } : event
  },
}

/** The frame of a message; empty fields are left out, as the server does. */
export function messageFrame(message: OutgoingMessage): string {
  const { cmd, dstid, cid, media, content, pic, url, memo, amount, ref, at } = message
  return JSON.stringify({
    cmd,
    dstid,
    media,
    content: content || undefined,
    pic: pic || undefined,
    url: url || undefined,
    memo: memo || undefined,
    amount: amount || undefined,
    ref: ref || undefined,
    at: at?.length ? at : undefined,
    cid,
  })
}

export function changeFrame({ cmd, id, kind, dstid, cid, content, at, amount }: OutgoingChange): string {
  return JSON.stringify({ cmd, id, kind, dstid, content, at, amount, cid })
}

export function readFrame(kind: Kind, dstid: number, seq: number): string {
  return JSON.stringify({ cmd: Cmd.Read, kind, dstid, seq })
}

export function typingFrame(kind: Kind, dstid: number): string {
  return JSON.stringify({ cmd: Cmd.Typing, kind, dstid })
}

/** What is on the screen: the open chat, null for none, and whether a list of friends or chats is. */
export function lookFrame(open: { kind: Kind; dstid: number } | null, friends: boolean): string {
  return JSON.stringify({ cmd: Cmd.Look, ...open, friends: friends ? 1 : 0 })
}

export const heartbeatFrame = JSON.stringify({ cmd: Cmd.Heartbeat })
