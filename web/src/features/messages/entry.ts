/** One line of a chat: a stored message, or one of ours that is not stored yet. */
import type { Content, Message } from '@/protocol/messages'

/** Life of a bubble: waiting to be sent, on its way, stored, not sent; waiting for a review, refused in it. */
export type EntryState = 'uploading' | 'pending' | 'sent' | 'failed' | 'waiting' | 'refused'

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
  /** Failed in a way that another try can't help. */
  final?: boolean
  /** The review for which it waits, or in which it was refused. */
  review?: number
  /** Of an upload: bytes done and in all. */
  progress?: { loaded: number; total: number }
  /** Of one that is not stored: it is on its way, and not only on this computer. */
  going?: boolean
  /** Messages before it are missing. */
  hole?: boolean
}
