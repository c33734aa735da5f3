/**
 * What one does with a conversation for oneself: pin it, mute it, put it away, read it, clear it, hide messages of it.
 * Each is a call that may be made again; one's other devices hear of it (event 22), and nobody else.
 */
import { Cmd, isKind, type Kind } from './codes'
import { parseChatKey, type ChatKey, type Conversation } from './conversations'
import { isCount, isFields, isId, type Fields } from './guards'
import { limits } from './limits'
import { countsAsUnread, mentions, type Message } from './messages'

/** How a conversation is arranged in the list, each 0 or 1. */
export const flagNames = ['pinned', 'muted', 'archived', 'marked'] as const
export type Flags = Partial<Pick<Conversation, (typeof flagNames)[number]>>

export type OwnAct =
  | { do: 'set'; flags: Flags }
  /** All up to `seq` is read. */
  | { do: 'read'; seq: number }
  /** All up to `seq` is gone. */
  | { do: 'clear'; seq: number }
  /** These messages are gone. */
  | { do: 'hide'; ids: number[] }

/** What the reader did on another device; what did not change is not there. */
export interface ConversationEvent {
  cmd: typeof Cmd.ConversationChanged
  kind: Kind
  dstid: number
  flags: Flags
  cleared?: number
  hidden?: number[]
}

export function parseConversationEvent(frame: Fields): ConversationEvent | null {
  const { kind, dstid, cleared, hidden } = frame
  if (!isKind(kind) || !isId(dstid)) return null
  return {
    cmd: Cmd.ConversationChanged,
    kind,
    dstid,
    flags: flagsOf(frame),
    ...(isId(cleared) && { cleared }),
    ...(Array.isArray(hidden) && { hidden: hidden.filter(isId) }),
  }
}

/** The acts that an event tells of. */
export function actsOf({ flags, cleared, hidden }: ConversationEvent): OwnAct[] {
  const acts: OwnAct[] = []
  if (Object.keys(flags).length > 0) acts.push({ do: 'set', flags })
  if (cleared !== undefined) acts.push({ do: 'clear', seq: cleared })
  if (hidden?.length) acts.push({ do: 'hide', ids: hidden })
  return acts
}

/** An act that an earlier page kept; null when it makes no sense. */
export function parseAct(value: unknown): OwnAct | null {
  if (!isFields(value)) return null
  const { seq, ids } = value
  if (value.do === 'set' && isFields(value.flags)) return { do: 'set', flags: flagsOf(value.flags) }
  if ((value.do === 'read' || value.do === 'clear') && isCount(seq)) return { do: value.do, seq }
  if (value.do === 'hide' && Array.isArray(ids)) return { do: 'hide', ids: ids.filter(isId) }
  return null
}

/** The call that an act is. */
export function callOf(key: ChatKey, act: OwnAct): { path: string; fields: Record<string, unknown> } {
  const place = { ...parseChatKey(key) }
  switch (act.do) {
    case 'set':
      return { path: '/conversation/set', fields: { ...place, ...act.flags } }
    case 'read':
      return { path: '/message/read', fields: { ...place, seq: act.seq } }
    case 'clear':
      return { path: '/conversation/clear', fields: { ...place, seq: act.seq } }
    case 'hide':
      return { path: '/message/hide', fields: { ...place, ids: act.ids } }
  }
}

/** Whether an act takes a message away. */
export function takes(act: OwnAct, { id, seq }: Pick<Message, 'id' | 'seq'>): boolean {
  return act.do === 'clear' ? seq <= act.seq : act.do === 'hide' && act.ids.includes(id)
}

/** What is known of a conversation's messages when some of them go. */
export interface Going {
  /** Those of them that are known. */
  gone: readonly Message[]
  /** The last one that stays: null when none does, undefined when it is not known. */
  rest: Message | null | undefined
}

/** The row as it will be once the server has an act, as far as that is known here. */
export function rowWithAct(row: Conversation, act: OwnAct, me: number, { gone, rest }: Going): Conversation {
  if (act.do === 'set') return { ...row, ...act.flags }
  if (act.do === 'read') return readTo(row, Math.min(act.seq, row.seq))
  if (act.do === 'hide') return withLast(withoutUnread(row, gone, me), act, rest)
  const cleared = Math.max(row.cleared, Math.min(act.seq, row.seq))
  const unread = Math.min(row.unread, row.seq - cleared)
  return withLast({ ...row, cleared, unread, mentions: Math.min(row.mentions, unread) }, act, null)
}

/** Where the last message is one of those that go, the one before it stands there; unknown, nothing moves. */
function withLast(row: Conversation, act: OwnAct, rest: Message | null | undefined): Conversation {
  if (!row.last || rest === undefined || !takes(act, row.last)) return row
  return { ...row, last: rest, updateat: rest ? rest.createat : row.updateat }
}

function withoutUnread(row: Conversation, gone: readonly Message[], me: number): Conversation {
  if (row.unread >= limits.unreadExact) return row
  const counted = gone.filter((message) => message.seq > row.read && countsAsUnread(message, me))
  const called = counted.filter((message) => mentions(message, me)).length
  const unread = Math.max(0, row.unread - counted.length)
  return { ...row, unread, mentions: Math.max(0, row.mentions - called) }
}

function readTo(row: Conversation, seq: number): Conversation {
  if (seq < row.read) return row
  const unread = Math.min(row.unread, row.seq - seq)
  return { ...row, read: seq, unread, mentions: Math.min(row.mentions, unread), marked: 0 }
}

function flagsOf(fields: Fields): Flags {
  const said = flagNames.filter((name) => fields[name] === 0 || fields[name] === 1)
  return Object.fromEntries(said.map((name) => [name, fields[name]]))
}
