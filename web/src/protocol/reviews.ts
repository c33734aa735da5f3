/** Messages that wait until an operator has looked at them, and what becomes of reports. */
import { Cmd, isKind, type Kind } from './codes'
import { count, isCount, isFields, isId, text, type Fields } from './guards'
import type { Content } from './messages'

export type ReviewState = 'waiting' | 'refused'

/** A message that waits, or was refused lately. */
export interface Review extends Content {
  /** Of the review. */
  id: number
  state: ReviewState
  userid: number
  kind: Kind
  dstid: number
  cid?: string
  /** Since when it waits, ms. */
  createat: number
  /** For operators: for which word, and the names of its author and of where it goes. */
  word?: string
  nickname?: string
  name?: string
}

export function parseReview(value: unknown): Review | null {
  if (!isFields(value)) return null
  const { id, state, userid, kind, dstid, media, createat } = value
  if (!isId(id) || !isId(userid) || !isKind(kind) || !isId(dstid) || !isCount(media)) return null
  if (state !== 'waiting' && state !== 'refused') return null
  const review: Review = { id, state, userid, kind, dstid, media, createat: count(createat) }
  for (const name of ['content', 'pic', 'url', 'memo', 'cid', 'word', 'nickname', 'name'] as const) {
    const given = value[name]
    if (typeof given === 'string' && given !== '') review[name] = given
  }
  for (const name of ['amount', 'ref'] as const) {
    const given = value[name]
    if (isId(given)) review[name] = given
  }
  if (Array.isArray(value.at)) review.at = value.at.filter(isCount)
  return review
}

/** How it stands with a message of the reader's (`review`), or that their report was answered. */
export interface ModeratedEvent {
  cmd: typeof Cmd.Moderated
  what: 'review' | 'report'
  /** Of a review: waiting, passed, refused, withdrawn. Of a report: kept, removed, dismissed. */
  state: string
  review?: number
  cid?: string
  /** All of it, when it begins to wait. */
  message?: Review
}

export function parseModerated({ what, state, review, cid, message }: Fields): ModeratedEvent | null {
  if (what !== 'review' && what !== 'report') return null
  if (what === 'review' && !isId(review)) return null
  const row = parseReview(message)
  return {
    cmd: Cmd.Moderated,
    what,
    state: text(state),
    ...(isId(review) && { review }),
    ...(text(cid) && { cid: text(cid) }),
    ...(row && { message: row }),
  }
}
