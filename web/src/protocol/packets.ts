/** Red packets: what is put into a chat, how it stands, and who took what out of it. */
import { Cmd, isKind, Media, type Kind } from './codes'
import { count, isFields, isId, parseRows, text, type Fields } from './guards'
import type { Content, Message } from './messages'

/** There is something for the next one; all was taken; a day has passed. */
export type PacketState = 'open' | 'empty' | 'expired'
/** Each share is drawn, or all are alike. */
export type PacketMode = 'lucky' | 'equal'

export interface Share {
  userid: number
  amount: number
  createat: number
  /** The best luck, once all are opened. */
  best: boolean
}

export interface Packet {
  userid: number
  amount: number
  count: number
  opened: number
  /** Points that are still in it. */
  left: number
  mode: PacketMode
  memo: string
  state: PacketState
  /** Until when it can be opened, ms. */
  expires: number
  /** In the order of opening. */
  rows: readonly Share[]
}

/** What somebody got, 0 for nothing, and how the packet stands then. */
export interface Opened {
  amount: number
  state: PacketState
  opened: number
  count: number
}

/** `userid` has opened the packet `id`; `dstid` is the conversation as that user names it. */
export interface PacketEvent {
  cmd: typeof Cmd.PacketOpened
  id: number
  userid: number
  kind: Kind
  dstid: number
  opened: number
  count: number
}

/** The id of the red packet that a message is, 0 for none: its own, which nobody can write but the server. */
export function packetIn({ media, url, id, recalled }: Content & Partial<Message>): number {
  return media === Media.RedPacket && id && !recalled && url === `/redpacket/${id}` ? id : 0
}

const stateOf = (value: unknown): PacketState => (value === 'empty' || value === 'expired' ? value : 'open')

export function parsePacket(value: unknown): Packet | null {
  if (!isFields(value) || !isId(value.userid) || !isId(value.amount) || !isId(value.count)) return null
  const { userid, amount, count: shares, opened, left, mode, memo, state, expires, rows } = value
  return {
    ...{ userid, amount, count: shares, opened: count(opened), left: count(left), memo: text(memo) },
    mode: mode === 'equal' ? 'equal' : 'lucky',
    state: stateOf(state),
    expires: count(expires),
    rows: parseRows(rows, parseShare),
  }
}

function parseShare(value: unknown): Share | null {
  if (!isFields(value) || !isId(value.userid) || !isId(value.amount)) return null
  const { userid, amount, createat, best } = value
  return { userid, amount, createat: count(createat), best: best === 1 }
}

export function parseOpened(value: unknown): Opened | null {
  if (!isFields(value) || !isId(value.count)) return null
  const { amount, state, opened } = value
  return { amount: count(amount), state: stateOf(state), opened: count(opened), count: value.count }
}

export function parsePacketEvent(frame: Fields): PacketEvent | null {
  const { id, userid, kind, dstid, opened, count: shares } = frame
  if (!isId(id) || !isId(userid) || !isKind(kind) || !isId(dstid) || !isId(opened) || !isId(shares)) return null
  return { cmd: Cmd.PacketOpened, id, userid, kind, dstid, opened, count: shares }
}
