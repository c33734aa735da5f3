/** What a notice (media 90) says in a form that each page puts into its reader's own words. */
import { count, isFields, isId, parseJson, text } from './guards'

const noticeKinds = [
  'created',
  'joined',
  'left',
  'removed',
  'renamed',
  'notice',
  'transferred',
  'muted',
  'dissolved',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

export interface Notice {
  what: NoticeKind
  /** Who did it. */
  by: number
  /** Whom it is about. */
  who: readonly number[]
  /** What the group is called from then on, '' when that did not change. */
  name: string
  /** Of `muted`: when (ms) all may write again, 0 for at once. */
  until: number
}

/** Null for a memo that is none of these: what the notice says by itself is shown then. */
export function parseNotice(memo: string | undefined): Notice | null {
  const said = memo?.startsWith('{') ? parseJson(memo) : undefined
  if (!isFields(said) || !isId(said.by)) return null
  const what = noticeKinds.find((kind) => kind === said.what)
  if (!what) return null
  const who = Array.isArray(said.who) ? said.who.filter(isId) : []
  return { what, by: said.by, who, name: text(said.name), until: count(said.until) }
}

/** What stands between the sentence of an announcement and its text in the server's own words. */
const announced = /群公告[：:]\n?/

/** The text of an announcement, out of the server's own words for it. */
export function announcementIn(content: string): string {
  const found = announced.exec(content)
  return found ? content.slice(found.index + found[0].length) : ''
}
