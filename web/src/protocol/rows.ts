/**
 * Rows of HTTP answers: unknown values in, typed rows out.
 *
 * A row that lacks what makes it a row (its id, its place) gives null; wrong optional fields are
 * left out. Nothing here throws, whatever comes in.
 */
import { count, flag, isCount, isFields, isId, text } from './guards'
import { Kind, type Community, type Conversation, type Message, type SessionRow, type User } from './types'

export function isKind(value: unknown): value is Kind {
  return value === Kind.Single || value === Kind.Room
}

export function parseMessage(value: unknown): Message | null {
  if (!isFields(value)) return null
  const { id, userid, dstid, cmd, media, seq, ver, createat } = value
  if (!isId(id) || !isId(userid) || !isId(dstid) || !isKind(cmd) || !isCount(media)) return null
  if (!isId(seq) || !isId(ver) || !isCount(createat)) return null
  const message: Message = { id, userid, dstid, cmd, media, seq, ver, createat }
  for (const name of ['content', 'pic', 'url', 'memo', 'cid'] as const) {
    const given = value[name]
    if (typeof given === 'string' && given !== '') message[name] = given
  }
  for (const name of ['amount', 'ref', 'edited'] as const) {
    const given = value[name]
    if (isId(given)) message[name] = given
  }
  if (Array.isArray(value.at)) message.at = value.at.filter(isCount)
  if (flag(value.recalled)) message.recalled = 1
  if (isFields(value.reactions)) message.reactions = parseReactions(value.reactions)
  return message
}

function parseReactions(value: Record<string, unknown>): Record<string, number[]> {
  const lists = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  return Object.fromEntries(lists.map(([emoji, users]) => [emoji, users.filter(isId)]))
}

export function parseUser(value: unknown): User | null {
  if (!isFields(value) || !isId(value.id)) return null
  const user: User = {
    id: value.id,
    mobile: text(value.mobile),
    avatar: text(value.avatar),
    sex: text(value.sex),
    nickname: text(value.nickname),
    online: flag(value.online),
    memo: text(value.memo),
    createat: count(value.createat),
  }
  if (text(value.token)) user.token = text(value.token)
  return user
}

export function parseCommunity(value: unknown): Community | null {
  if (!isFields(value) || !isId(value.id)) return null
  return {
    id: value.id,
    name: text(value.name),
    ownerid: count(value.ownerid),
    icon: text(value.icon),
    cate: count(value.cate),
    memo: text(value.memo),
    createat: count(value.createat),
  }
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
    updateat: count(value.updateat),
    change: count(value.change),
  }
}

export function parseSession(value: unknown): SessionRow | null {
  if (!isFields(value) || !isId(value.id)) return null
  return {
    id: value.id,
    ua: text(value.ua),
    ip: text(value.ip),
    created: count(value.created),
    last_seen: count(value.last_seen),
    current: flag(value.current),
  }
}

/** The rows of a list that are rows; what is not is left out. */
export function parseRows<Row>(values: unknown, parse: (value: unknown) => Row | null): Row[] {
  if (!Array.isArray(values)) return []
  return values.map(parse).filter((row) => row !== null)
}
