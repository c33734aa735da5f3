/** What the server tells of changes: the texts of a message, who reacted, what is pinned. */
import { parseUser, type User } from '@/protocol/accounts'
import { Kind } from '@/protocol/codes'
import { keyOfMessage, parseChatKey, type ChatKey } from '@/protocol/conversations'
import { count, flag, isFields, parseRows, text } from '@/protocol/guards'
import { parseMessage, type Message } from '@/protocol/messages'
import { useLive } from '@/state/live'

/** A text that a message had or has, and since when (ms). */
export interface EditedText {
  content: string
  createat: number
}

/** The texts of a message, from the first to the present one. */
export async function askEdits(message: Message): Promise<EditedText[]> {
  const { rows } = await useLive().api.call('/message/edits', placeOf(message))
  return parseRows(rows, parseText)
}

/** Who reacted in one way, after `after` in the order of time. */
export async function askReactors(
  message: Message,
  content: string,
  after = 0,
): Promise<{ rows: User[]; more: boolean }> {
  const from = after > 0 ? { after } : {}
  const { rows, data } = await useLive().api.call('/message/reactions', { ...placeOf(message), content, ...from })
  return { rows: parseRows(rows, parseUser), more: isFields(data) && flag(data.more) === 1 }
}

/** Who has read an own message of a group, after `after` in the order in which they read, and how many of how many. */
export async function askReaders(
  message: Message,
  after = 0,
): Promise<{ rows: User[]; read: number; total: number; more: boolean }> {
  const { kind, dstid } = placeOf(message)
  const from = after > 0 ? { after } : {}
  const { rows, data } = await useLive().api.call('/message/readers', { kind, dstid, seq: message.seq, ...from })
  const { read, total, more } = isFields(data) ? data : {}
  return { rows: parseRows(rows, parseUser), read: count(read), total: count(total), more: flag(more) === 1 }
}

/** The pinned messages of a chat, the one pinned last first. */
export async function askPins(key: ChatKey): Promise<Message[]> {
  return parseRows((await useLive().api.call('/message/pins', { ...parseChatKey(key) })).rows, parseMessage)
}

function placeOf(message: Message): { kind: Kind; dstid: number; id: number } {
  const place = parseChatKey(keyOfMessage(message, useLive().api.userId))
  return { kind: place?.kind ?? Kind.Single, dstid: place?.dstid ?? 0, id: message.id }
}

function parseText(value: unknown): EditedText | null {
  if (!isFields(value)) return null
  return { content: text(value.content), createat: count(value.createat) }
}
