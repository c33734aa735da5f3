/** Forwarding: what is asked for, what is answered, and what is in a chat record. */
import { isKind, type Kind } from './codes'
import { chatKey, type ChatKey } from './conversations'
import { count, flag, isCount, isFields, isId, text } from './guards'
import type { Content } from './messages'

/** What is passed on: messages of a chat, or one that is kept. */
export type ForwardSource = { kind: Kind; dstid: number; ids: readonly number[] } | { favorite: number }

/** A call that waits for its answer: the same `cid` sends nothing twice. */
export type OutgoingForward = ForwardSource & {
  to: readonly { kind: Kind; dstid: number }[]
  merge: 0 | 1
  cid: string
}

/** What became of a call in one conversation: sent (code 0), or why not. */
export interface Forwarded {
  key: ChatKey
  code: number
  msg: string
}

/** A message in a chat record, as it was then. */
export interface RecordedMessage extends Content {
  userid: number
  nickname: string
  createat: number
}

export function parseForwarded(value: unknown): Forwarded | null {
  if (!isFields(value)) return null
  const { kind, dstid, code, msg } = value
  if (!isKind(kind) || !isId(dstid)) return null
  return { key: chatKey(kind, dstid), code: typeof code === 'number' ? code : 0, msg: text(msg) }
}

export function parseRecorded(value: unknown): RecordedMessage | null {
  if (!isFields(value) || !isCount(value.media)) return null
  const { userid, media, amount, createat, nickname } = value
  const row: RecordedMessage = { userid: count(userid), nickname: text(nickname), media, createat: count(createat) }
  for (const name of ['content', 'pic', 'url', 'memo'] as const) {
    const given = text(value[name])
    if (given) row[name] = given
  }
  if (isId(amount)) row.amount = amount
  return row
}

/** Whether an answer says that there is more. */
export function hasMore(data: unknown): boolean {
  return isFields(data) && flag(data.more) === 1
}
