/** What one looks for and what is found: messages by their words, people and groups by their names. */
import { isKind } from './codes'
import { chatKey, type ChatKey } from './conversations'
import { isCount, isFields, isId, text } from './guards'
import { parseMessage, type Message } from './messages'

/** From one UTF-16 unit of a text to another one, which is not in it. */
export type Range = readonly [start: number, end: number]

export interface Found {
  message: Message
  /** The chat it stands in. */
  key: ChatKey
  /** Where in `content` the words stand, in order, none within another. */
  highlight: readonly Range[]
}

/** A friend or a group whose name is like what one looks for. */
export interface Known {
  key: ChatKey
  dstid: number
  name: string
  /** What the reader calls them, '' for nothing. */
  remark: string
  avatar: string
}

export function parseFound(value: unknown): Found | null {
  const message = parseMessage(value)
  if (!message || !isFields(value) || !isKind(value.kind)) return null
  const { length } = message.content ?? ''
  const given = Array.isArray(value.highlight) ? value.highlight.filter((one) => isRange(one, length)) : []
  return { message, key: chatKey(value.kind, message.dstid), highlight: apart(given) }
}

export function parseKnown(value: unknown): Known | null {
  if (!isFields(value) || !isKind(value.kind) || !isId(value.dstid)) return null
  const { kind, dstid, name, remark, avatar } = value
  return { key: chatKey(kind, dstid), dstid, name: text(name), remark: text(remark), avatar: text(avatar) }
}

/** In order, and without those that reach into one before them; of two from one place the longer one stays. */
export function apart(ranges: readonly Range[]): Range[] {
  const kept: Range[] = []
  const sorted = [...ranges].sort(([one, oneEnd], [other, otherEnd]) => one - other || otherEnd - oneEnd)
  for (const range of sorted) if (range[0] >= (kept.at(-1)?.[1] ?? 0)) kept.push(range)
  return kept
}

function isRange(value: unknown, length: number): value is Range {
  if (!Array.isArray(value)) return false
  const [start, end] = value as unknown[]
  return isCount(start) && isCount(end) && start < end && end <= length
}
