/** Rules of messages: what each media kind requires, which conversation a message belongs to. */
import { isCount } from './guards'
import { limits } from './limits'
import { Kind, Media, type ChatKey, type Content, type Message } from './types'

/** The fields that a kind cannot do without; `amount` must then be above 0. Kinds not listed are free. */
const required: Partial<Record<number, readonly (keyof Content)[]>> = {
  [Media.Text]: ['content'],
  [Media.News]: ['content'],
  [Media.Voice]: ['url'],
  [Media.Image]: ['url'],
  [Media.RedPacket]: ['url', 'amount'],
  [Media.Link]: ['url'],
  [Media.Video]: ['url'],
  [Media.Card]: ['content'],
  [Media.File]: ['url', 'content'],
  [Media.Place]: ['content', 'memo'],
}

/** The name of the first field that keeps the server from accepting this content, or null when it is fine. */
export function problemOf(content: Content): keyof Content | null {
  if (!isCount(content.media) || content.media === Media.Notice) return 'media'
  const missing = (required[content.media] ?? []).find((name) => !content[name])
  if (missing) return missing
  if (content.media === Media.Sticker && !content.content && !content.url) return 'content'
  if (content.amount !== undefined && !isCount(content.amount)) return 'amount'
  if (content.ref !== undefined && !isCount(content.ref)) return 'ref'
  if (content.at !== undefined && content.at.length > limits.at) return 'at'
  return null
}

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

/** True when the message calls `me`, by number or as one of all. */
export function mentions({ at, userid }: Pick<Message, 'at' | 'userid'>, me: number): boolean {
  return userid !== me && at !== undefined && (at.includes(me) || at.includes(0))
}

/**
 * True when the message counts as unread for `me`: one's own do not, and of notices only those that
 * name the reader.
 */
export function countsAsUnread(message: Pick<Message, 'at' | 'userid' | 'media'>, me: number): boolean {
  return message.userid !== me && (message.media !== Media.Notice || mentions(message, me))
}

/** The content without what the server refuses in a text: NUL and halves of surrogate pairs. */
export function cleanContent(content: Content): Content {
  const clean = { ...content }
  for (const name of ['content', 'pic', 'url', 'memo'] as const) {
    if (clean[name]) clean[name] = clean[name].replace(/[\0\p{Surrogate}]/gu, '')
  }
  return clean
}

/** A new cid: 24 characters that nobody else will make. */
export function newCid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
