/** Reports: what the reader tells the operators, and what operators see of it. */
import { isKind, type Kind } from './codes'
import { count, isFields, isId, text } from './guards'
import { parseMessage, type Message } from './messages'

export type Reported = 'message' | 'user' | 'community'

export const reportStates = ['open', 'kept', 'removed', 'dismissed'] as const
export type ReportState = (typeof reportStates)[number]

/** What was reported, as it was then. */
export interface ReportCopy {
  /** The name of whose it is. */
  author: string
  message?: Message
  /** The texts of a message that was edited, oldest first. */
  edits: { content: string; createat: number }[]
  /** Of a person or a group. */
  name: string
  avatar: string
  memo: string
}

export interface Report {
  id: number
  userid: number
  nickname: string
  what: Reported
  target: number
  kind?: Kind
  dstid?: number
  reason: string
  copy: ReportCopy
  state: ReportState
  createat: number
  /** How many people have open ones about the same. */
  reporters: number
  note: string
  answeredat: number
}

export function parseReport(value: unknown): Report | null {
  if (!isFields(value)) return null
  const { id, userid, what, target, kind, dstid, state } = value
  if (!isId(id) || !isId(userid) || !isId(target)) return null
  if (what !== 'message' && what !== 'user' && what !== 'community') return null
  return {
    id,
    userid,
    nickname: text(value.nickname),
    what,
    target,
    ...(isKind(kind) && { kind }),
    ...(isId(dstid) && { dstid }),
    reason: text(value.reason),
    copy: parseCopy(value.copy),
    state: reportStates.find((one) => one === state) ?? 'open',
    createat: count(value.createat),
    reporters: count(value.reporters),
    note: text(value.note),
    answeredat: count(value.answeredat),
  }
}

function parseCopy(value: unknown): ReportCopy {
  const copy = isFields(value) ? value : {}
  const row = isFields(copy.user) ? copy.user : isFields(copy.community) ? copy.community : {}
  const message = parseMessage(copy.message)
  const edits = Array.isArray(copy.edits) ? copy.edits.filter(isFields) : []
  return {
    author: text(copy.author),
    ...(message && { message }),
    edits: edits.map(({ content, createat }) => ({ content: text(content), createat: count(createat) })),
    name: text(row.nickname) || text(row.name),
    avatar: text(row.avatar) || text(row.icon),
    memo: text(row.memo),
  }
}

/** The list of words in force. */
export interface Words {
  path: string
  block: number
  mask: number
  review: number
  loaded: number
  faults: { line: number; zh: string; en: string }[]
  refused: number
  broken: string
}

export function parseWords(value: unknown): Words {
  const words = isFields(value) ? value : {}
  const faults = Array.isArray(words.faults) ? words.faults.filter(isFields) : []
  return {
    path: text(words.path),
    block: count(words.block),
    mask: count(words.mask),
    review: count(words.review),
    loaded: count(words.loaded),
    faults: faults.map(({ line, zh, en }) => ({ line: count(line), zh: text(zh), en: text(en) })),
    refused: count(words.refused),
    broken: text(words.broken),
  }
}
