/** Drafts: what the reader has begun to write, the same on all their devices. */
import { Cmd, isKind, type Kind } from './codes'
import { count, isCount, isFields, isId, text, type Fields } from './guards'

export interface DraftRow {
  kind: Kind
  dstid: number
  /** '' when there is none any more. */
  content: string
  at: readonly number[]
  ref?: number
  /** Greater than that of any draft of the reader's before. */
  rev: number
  updateat: number
}

export interface DraftEvent extends DraftRow {
  cmd: typeof Cmd.Draft
}

export function parseDraft(value: unknown): DraftRow | null {
  if (!isFields(value)) return null
  const { kind, dstid, rev, ref, at } = value
  if (!isKind(kind) || !isId(dstid) || !isCount(rev)) return null
  const named = Array.isArray(at) ? at.filter(isCount) : []
  const said = { kind, dstid, content: text(value.content), at: named, rev, updateat: count(value.updateat) }
  return isId(ref) ? { ...said, ref } : said
}

export function parseDraftEvent(frame: Fields): DraftEvent | null {
  const row = parseDraft(frame)
  return row && { cmd: Cmd.Draft, ...row }
}
