/**
 * What becomes of a message: it is recalled, edited, reacted to, pinned. The frames, and what each makes of a row.
 *
 * `rowAfter` is for events of the server, which come with all that has changed; `rowWith` shows one's own
 * change before the server has answered, as often as one likes: it says the same when it is in the row already.
 */
import { Cmd, isKind, Media, type Kind } from './codes'
import { isCount, isFields, isId } from './guards'
import { cleanContent, parseReactions, type Message, type Reaction } from './messages'
import { parsePreview, type LinkPreview } from './previews'

export type ChangeCmd = typeof Cmd.Recall | typeof Cmd.Edit | typeof Cmd.Reaction | typeof Cmd.Pin

/** What is done to a message. */
export interface Change {
  cmd: ChangeCmd
  /** The new text; the reaction. */
  content?: string
  /** Whom an edited message names; left out, whom it did. */
  at?: number[]
  /** 1, or -1 to take a reaction or a pin back. */
  amount?: 1 | -1
}

/** A change on its way to the server. */
export interface OutgoingChange extends Change {
  /** The message's. */
  id: number
  kind: Kind
  dstid: number
  cid: string
}

/** A change that somebody made, or a preview that came; `dstid` is the conversation as `userid` names it. */
export interface ChangeEvent extends Omit<Change, 'cmd'> {
  cmd: ChangeCmd | typeof Cmd.Preview
  userid: number
  kind: Kind
  dstid: number
  id: number
  seq: number
  ver: number
  edited?: number
  /** Who recalled it, when it was not its author. */
  by?: number
  /** All reactions to the message. */
  reactions?: Readonly<Record<string, Reaction>>
  /** Of its link, as it is now. */
  preview?: LinkPreview
}

export function isChangeCmd(value: unknown): value is ChangeCmd {
  return value === Cmd.Recall || value === Cmd.Edit || value === Cmd.Reaction || value === Cmd.Pin
}

export function parseChange(frame: unknown): ChangeEvent | null {
  if (!isFields(frame) || (!isChangeCmd(frame.cmd) && frame.cmd !== Cmd.Preview)) return null
  const { cmd, userid, kind, dstid, id, seq, ver, content, at, amount, edited, by } = frame
  if (!isId(userid) || !isKind(kind) || !isId(dstid) || !isId(id) || !isId(seq) || !isId(ver)) return null
  const event: ChangeEvent = { cmd, userid, kind, dstid, id, seq, ver }
  if (cmd === Cmd.Edit || cmd === Cmd.Reaction) {
    if (typeof content !== 'string' || content === '') return null
    event.content = content
  }
  if (cmd === Cmd.Reaction || cmd === Cmd.Pin) {
    if (amount !== 1 && amount !== -1) return null
    event.amount = amount
  }
  if (Array.isArray(at)) event.at = at.filter(isCount)
  if (isId(edited)) event.edited = edited
  if (isId(by)) event.by = by
  const reactions = parseReactions(frame.reactions)
  if (reactions) event.reactions = reactions
  const preview = parsePreview(frame.preview)
  if (preview) event.preview = preview
  return event
}

/** The change without what the server refuses in a text. */
export function cleanChange(change: Change): Change {
  if (!change.content) return change
  const { content = '' } = cleanContent({ media: Media.Text, content: change.content })
  return { ...change, content }
}

/** The row of a message after an event that is the next change of its conversation. */
export function rowAfter(row: Message, event: ChangeEvent, me: number): Message {
  const { cmd, ver, content, at, edited, reactions, preview } = event
  if (cmd === Cmd.Recall) return { ...recalledRow(row, event.by), ver }
  if (cmd === Cmd.Edit) return clean({ ...row, ver, content, at, edited, preview })
  if (cmd === Cmd.Preview) return clean({ ...row, ver, preview })
  if (cmd === Cmd.Pin) return clean({ ...row, ver, pinned: event.amount === 1 ? event.userid : undefined })
  const mine = mineAfter(row.mine ?? [], event, me)
  return clean({ ...row, ver, reactions, mine: mine.length > 0 ? mine : undefined })
}

/** The row as it will be once the server has one's own change; the row itself when nothing is to be seen. */
export function rowWith(row: Message, { cmd, content, at, amount }: Change, me: number, now: number): Message {
  if (row.recalled) return row
  if (cmd === Cmd.Recall) return recalledRow(row, row.userid === me ? undefined : me)
  if (cmd === Cmd.Reaction) return reacted(row, content ?? '', amount === 1, me)
  if (cmd === Cmd.Pin) {
    if ((row.pinned !== undefined) === (amount === 1)) return row
    return clean({ ...row, pinned: amount === 1 ? me : undefined })
  }
  if (row.content === content && !at) return row
  const named = at ? (at.length > 0 ? at : undefined) : row.at
  const preview = row.preview && content?.includes(row.preview.url) ? row.preview : undefined
  return clean({ ...row, content, at: named, preview, edited: Math.max(now, row.edited ?? 0) })
}

function recalledRow({ id, userid, dstid, cmd, media, cid, seq, ver, createat }: Message, by?: number): Message {
  return clean({ id, userid, dstid, cmd, media, cid, seq, ver, createat, recalled: 1, by })
}

/** The row with a reaction of the reader, or without it. */
function reacted(row: Message, content: string, there: boolean, me: number): Message {
  const mine = row.mine ?? []
  if (mine.includes(content) === there) return row
  const all = new Map(Object.entries(row.reactions ?? {}))
  const { n, who } = all.get(content) ?? { n: 0, who: [] }
  const others = who.filter((id) => id !== me)
  const kind = there ? { n: n + 1, who: [...others, me] } : { n: n - 1, who: others }
  // In its old place, or the last; one that all took back is gone.
  if (kind.n > 0) all.set(content, kind)
  else all.delete(content)
  const left = there ? [...mine, content] : mine.filter((one) => one !== content)
  return clean({
    ...row,
    reactions: all.size > 0 ? Object.fromEntries(all) : undefined,
    mine: left.length > 0 ? left : undefined,
  })
}

/**
 * What the reader has reacted with after an event. Several reactions may have become one event, which names
 * only the last: who is listed says the rest, as far as all are.
 */
function mineAfter(mine: readonly string[], { userid, content, amount, reactions }: ChangeEvent, me: number): string[] {
  const own = new Set(mine)
  if (userid === me && content) {
    if (amount === 1) own.add(content)
    else own.delete(content)
  }
  for (const [kind, { n, who }] of Object.entries(reactions ?? {})) {
    if (who.includes(me)) own.add(kind)
    else if (n <= who.length) own.delete(kind)
  }
  return [...own].filter((kind) => Object.hasOwn(reactions ?? {}, kind))
}

/** A row has no fields that are undefined. */
function clean(row: Message): Message {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as unknown as Message
}
