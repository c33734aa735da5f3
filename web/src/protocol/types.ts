/**
 * The wire contract as types. Names (`dstid`, `createat`, `memo`…) are the wire's own.
 *
 * Times are milliseconds since 1970 UTC, amounts integers (seconds of a voice, fen of a red
 * packet, bytes of a file). Everything that comes from outside passes `parse.ts` first, so a
 * value of one of these types may be trusted to have these fields.
 */

/** First number of every frame. */
export const Cmd = {
  Heartbeat: 0,
  Ack: 1,
  Error: 2,
  Welcome: 3,
  Single: 10,
  Room: 11,
  Typing: 12,
  Read: 13,
  Recall: 14,
  Edit: 15,
  Reaction: 16,
  Presence: 17,
  Look: 18,
  ContactChanged: 20,
  CommunityChanged: 21,
  Call: 30,
} as const
export type Cmd = (typeof Cmd)[keyof typeof Cmd]

/** Conversation kinds; the same numbers as the two message commands. */
export const Kind = { Single: 10, Room: 11 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** What a message carries. A number not listed here is relayed and drawn as "unknown kind". */
export const Media = {
  Text: 1,
  News: 2,
  Voice: 3,
  Image: 4,
  RedPacket: 5,
  Sticker: 6,
  Link: 7,
  Video: 8,
  Card: 9,
  File: 10,
  Place: 11,
  Notice: 90,
  Custom: 100,
} as const
export type Media = (typeof Media)[keyof typeof Media]

/** Codes of refusals, on HTTP and in error frames. `Network` is this page's own: no answer came. */
export const Code = {
  Refused: -1,
  BadArgument: -400,
  NotLoggedIn: -401,
  Forbidden: -403,
  NotFound: -404,
  Conflict: -409,
  TooLarge: -413,
  SlowDown: -429,
  TryAgain: -503,
  Network: -1000,
} as const

/** Key of a conversation: `10/42` (single chat with 42) or `11/7` (community 7); also its place in the URL. */
export type ChatKey = `${Kind}/${number}`

/** What a message says: the fields a sender fills. */
export interface Content {
  media: number
  content?: string
  pic?: string
  url?: string
  memo?: string
  amount?: number
  /** Id of the message this one answers. */
  ref?: number
  /** User ids mentioned; 0 is everybody. */
  at?: number[]
}

/** A message on its way to the server. */
export interface OutgoingMessage extends Content {
  cmd: Kind
  dstid: number
  cid: string
}

/** A message as the server stored it. */
export interface Message extends Content {
  id: number
  userid: number
  dstid: number
  cmd: Kind
  cid?: string
  seq: number
  ver: number
  createat: number
  recalled?: 1
  edited?: number
  /** Emoji to the users who chose it. */
  reactions?: Record<string, number[]>
}

export interface User {
  id: number
  mobile: string
  avatar: string
  sex: string
  nickname: string
  online: 0 | 1
  memo: string
  createat: number
  /** Only in the answer to a log-in or registration. */
  token?: string
}

export interface Community {
  id: number
  name: string
  ownerid: number
  icon: string
  cate: number
  memo: string
  createat: number
}

/** One row of `/message/conversations`. */
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
  /** Time of the last message that was no notice; orders the list. */
  updateat: number
  /** The greatest change number that concerns this row. */
  change: number
}

export interface SessionRow {
  id: number
  ua: string
  ip: string
  created: number
  last_seen: number
  current: 0 | 1
}

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
}

/** A change to an older message (recall, edit, reaction): the client asks `/message/changes`. */
export interface ChangeEvent {
  cmd: typeof Cmd.Recall | typeof Cmd.Edit | typeof Cmd.Reaction
  userid: number
  kind: Kind
  dstid: number
  id: number
  ver: number
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
