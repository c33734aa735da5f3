/** Shapes that the stores hand to the views. */
import type { ChatKey, Community, Content, Kind, Message, User } from '@/protocol/types'

/** Life of a bubble: waiting to be sent, on its way, stored, refused. */
export type EntryState = 'uploading' | 'pending' | 'sent' | 'failed'

/** One line of a chat: a stored message or one of ours that is not stored yet. */
export interface Entry {
  /** Stable over the change from pending to stored, for `v-for`: the cid of own messages of this page, else `m<seq>`. */
  key: string
  state: EntryState
  /** True when written by the logged-in user. */
  own: boolean
  userid: number
  /** 0 while not stored. */
  seq: number
  /** Server time; the local clock while not stored. */
  createat: number
  /** All fields of the message. Of a pending upload `url`/`pic` are local object URLs. */
  message: Content & Partial<Message>
  /** Own message of a single chat that the peer has read. */
  read: boolean
  cid?: string
  /** Of a failed one: a sentence for the reader. */
  reason?: string
  /** Of an upload: bytes done and in all. */
  progress?: { loaded: number; total: number }
}

/** One row of the conversation list, ready to draw. */
export interface ChatRow {
  key: ChatKey
  kind: Kind
  dstid: number
  title: string
  avatar: string
  /** Text of the last message (with `Name: ` before it in groups) in the page's language. */
  preview: string
  /** Time of the last message, or 0 when the chat is empty. */
  at: number
  unread: number
  mentions: number
  pinned: boolean
  muted: boolean
  /** Unsent text, '' when none. */
  draft: string
  /** State of the last message when it is one's own. */
  last: 'none' | 'pending' | 'failed' | 'sent' | 'read'
  online: boolean
  /** Who types there now, in words; '' when nobody does. */
  typing: string
}

/** Where a chat leads: the peer or the group behind a key (undefined while loading). */
export interface ChatTarget {
  key: ChatKey
  kind: Kind
  dstid: number
  title: string
  avatar: string
  user?: User
  group?: Community
  /** Note-to-self chat. */
  self: boolean
}

/** A file to send: the store makes the bubble at once and uploads behind it. */
export interface FileDraft {
  file: Blob
  /** Name for a file message and a hint for the upload; made up when empty. */
  name?: string
  /** Media.Image, Media.Video, Media.Voice or Media.File. */
  media: number
  /** Seconds, of a voice. */
  seconds?: number
  /** Poster of a video, uploaded beside it. */
  poster?: Blob
  /** Width and height, peaks or the like, kept in `memo` as the kind defines it. */
  memo?: string
}

export interface RegisterForm {
  mobile: string
  passwd: string
  nickname: string
  avatar: string
  sex: 'M' | 'W' | 'U'
  memo: string
}

export interface GroupForm {
  name: string
  icon: string
  cate: number
  memo: string
}

export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 'small' | 'normal' | 'large' | 'xlarge'
export type LanguageChoice = 'auto' | 'zh' | 'en'
export type ConnectionState = 'connecting' | 'online' | 'offline'

export interface Draft {
  text: string
  ref?: number
}
