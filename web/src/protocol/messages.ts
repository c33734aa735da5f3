/**
 * Messages: their fields, reading a row of the server, and the rules for what one says.
 *
 * Times are milliseconds since 1970 UTC, amounts integers (seconds of a voice, fen of a red packet,
 * bytes of a file). A row passes `parseMessage` first, so a `Message` may be trusted to have its fields.
 */
import { isKind, Media, type Kind } from './codes'
import { flag, isCount, isFields, isId } from './guards'
import { limits } from './limits'
import { parsePreview, type LinkPreview } from './previews'

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
  /** Who recalled it, when it was not its author. */
  by?: number
  /** When its text was last changed, ms. */
  edited?: number
  /** By what people reacted with, in the order of first use. */
  reactions?: Readonly<Record<string, Reaction>>
  /** What the reader reacted with. */
  mine?: readonly string[]
  /** Who pinned it. */
  pinned?: number
  /** Who said it first, of one that was forwarded. */
  fwd?: number
  /** What the page behind its link says of itself. */
  preview?: LinkPreview
}

/** How many reacted in one way, and the first of them. */
export interface Reaction {
  n: number
  who: readonly number[]
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
  for (const name of ['amount', 'ref', 'edited', 'by', 'pinned', 'fwd'] as const) {
    const given = value[name]
    if (isId(given)) message[name] = given
  }
  if (Array.isArray(value.at)) message.at = value.at.filter(isCount)
  if (flag(value.recalled)) message.recalled = 1
  const reactions = parseReactions(value.reactions)
  if (reactions) message.reactions = reactions
  const mine = Array.isArray(value.mine) ? value.mine.filter((one) => typeof one === 'string') : []
  if (mine.length > 0) message.mine = mine
  const preview = parsePreview(value.preview)
  if (preview) message.preview = preview
  return message
}

/** The reactions in a row or an event; undefined for none. */
export function parseReactions(value: unknown): Record<string, Reaction> | undefined {
  const all: [string, Reaction][] = []
  for (const [content, given] of isFields(value) ? Object.entries(value) : [])
    if (isFields(given) && isId(given.n) && Array.isArray(given.who))
      all.push([content, { n: given.n, who: given.who.filter(isId) }])
  return all.length > 0 ? Object.fromEntries(all) : undefined
}

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
  if (!isCount(content.media) || content.media === Media.Notice || content.media === Media.Record) return 'media'
  const missing = (required[content.media] ?? []).find((name) => !content[name])
  if (missing) return missing
  if (content.media === Media.Sticker && !content.content && !content.url) return 'content'
  if (content.amount !== undefined && !isCount(content.amount)) return 'amount'
  if (content.ref !== undefined && !isCount(content.ref)) return 'ref'
  if (content.at !== undefined && content.at.length > limits.at) return 'at'
  return null
}

/** True when the message calls `me`, by number or as one of all. */
export function mentions({ at, userid }: Pick<Message, 'at' | 'userid'>, me: number): boolean {
  return userid !== me && at !== undefined && (at.includes(me) || at.includes(0))
}

/**
 * True when the message counts as unread for `me`: one's own and recalled ones do not, and of notices only
 * those that name the reader.
 */
export function countsAsUnread(message: Pick<Message, 'at' | 'userid' | 'media' | 'recalled'>, me: number): boolean {
  if (message.userid === me || message.recalled) return false
  return message.media !== Media.Notice || mentions(message, me)
}

/** The content without what the server refuses in a text: NUL and halves of surrogate pairs. */
export function cleanContent(content: Content): Content {
  const clean = { ...content }
  for (const name of ['content', 'pic', 'url', 'memo'] as const) {
    if (clean[name]) clean[name] = clean[name].replace(/[\0\p{Surrogate}]/gu, '')
  }
  return clean
}

/**
 * A new cid: 25 characters that nobody else will make. The first nine are the time (ms), the server's as far as it is
 * known: what is said at one time then stands together in the server's database, which has less to write.
 */
export function newCid(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  const random = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
  return Math.max(0, Math.trunc(now)).toString(36).padStart(9, '0') + random
}
