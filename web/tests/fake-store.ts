/** What the fake server keeps of one user's conversations, and the lists it gives of them. */
import { rowWith, type ChangeEvent, type OutgoingChange } from '@/protocol/changes'
import type { Kind } from '@/protocol/codes'
import { chatKey, type ChatKey } from '@/protocol/conversations'
import { countsAsUnread, mentions, type Message } from '@/protocol/messages'
import type { LinkPreview } from '@/protocol/previews'
import { takes, type Flags, type OwnAct } from '@/protocol/own'

export interface Form {
  id: number
  kind: Kind
  dstid: number
  before?: number
  after?: number
  ver: number
  limit: number
  ids?: number[]
  q?: string
  favorite?: number
  url?: string
  cmd?: number
  content?: string
  at?: number[]
  rev?: number
  mobile?: string
  seq?: number
  from?: number
  media?: number
  since?: number
  until?: number
}

interface Marks extends Required<Flags> {
  peer_read: number
}

const unmarked: Marks = { peer_read: 0, pinned: 0, muted: 0, archived: 0, marked: 0 }

export class FakeStore {
  epoch = 100
  /** Rows that any answer has at most: a list may end before its limit. */
  most = Infinity
  readonly log = new Map<ChatKey, Message[]>()
  readonly read = new Map<ChatKey, number>()
  /** What was asked of the conversation list. */
  readonly listed: Pick<Form, 'after' | 'before'>[] = []
  /** Which pages of history were asked for. */
  readonly paged: Pick<Form, 'after' | 'before'>[] = []
  /** Who is found by which names, and what was asked. */
  readonly names = new Map<string, object[]>()
  readonly askedNames: string[] = []
  /** What was looked for. */
  readonly searched: Partial<Form>[] = []
  private readonly marks = new Map<ChatKey, Marks>()
  private readonly cleared = new Map<ChatKey, number>()
  /** The ids of what the reader has hidden, and how often they did. */
  private readonly hid = new Map<ChatKey, { ids: Set<number>; times: number }>()
  /** The greatest change number that concerns a conversation. */
  private readonly changes = new Map<ChatKey, number>()
  private moved = 0
  private nextId = 1

  constructor(protected readonly me: number) {}

  rows(key: ChatKey): Message[] {
    const rows = this.log.get(key) ?? []
    this.log.set(key, rows)
    return rows
  }

  /** Those that are not gone for the reader. */
  visible(key: ChatKey): Message[] {
    const cleared = this.cleared.get(key) ?? 0
    const ids = this.hid.get(key)?.ids
    return this.rows(key).filter(({ id, seq }) => seq > cleared && !ids?.has(id))
  }

  ver(key: ChatKey): number {
    return Math.max(0, ...this.rows(key).map(({ ver }) => ver))
  }

  /** Somebody changes an older message. */
  edit(key: ChatKey, seq: number, content: string): void {
    const rows = this.rows(key)
    const ver = this.ver(key) + 1
    rows[seq - 1] = { ...rows[seq - 1], content, ver, edited: 1 }
    this.touch(key)
  }

  /** Somebody does something to a message: its event, or null when that changes nothing. */
  change(key: ChatKey, userid: number, { cid: _cid, ...change }: OutgoingChange): ChangeEvent | null {
    const rows = this.rows(key)
    const index = rows.findIndex(({ id }) => id === change.id)
    const before = { ...rows[index], mine: this.reactedWith(rows[index], userid) }
    const after = rowWith(before, change, userid, Date.now())
    if (after === before) return null
    const { mine: _mine, ...row } = after
    const ver = this.ver(key) + 1
    rows[index] = { ...row, ver }
    this.touch(key)
    const { seq, at, edited, by, reactions, preview } = rows[index]
    return { ...change, userid, seq, ver, ...{ at, edited, by, reactions, preview } }
  }

  /** The page behind a message's link has been looked at, or its author takes that away. */
  protected previewed(key: ChatKey, id: number, preview?: LinkPreview): ChangeEvent | null {
    const rows = this.rows(key)
    const index = rows.findIndex((one) => one.id === id)
    const { seq, userid, recalled, cmd: kind, dstid, preview: before, ...rest } = rows[index]
    if (recalled || (!before && !preview)) return null
    const ver = this.ver(key) + 1
    rows[index] = { ...rest, seq, userid, cmd: kind, dstid, ver, ...(preview && { preview }) }
    this.touch(key)
    return { cmd: 29, userid, kind, dstid, id, seq, ver, preview }
  }

  /** A row as a call gives it to the reader. */
  seen(row: Message): Message {
    const mine = this.reactedWith(row, this.me)
    return mine.length > 0 ? { ...row, mine } : row
  }

  private reactedWith(row: Message, userid: number): string[] {
    const all = Object.entries(row.reactions ?? {})
    return all.filter(([, { who }]) => who.includes(userid)).map(([content]) => content)
  }

  /** The reader, on some device, has read up to a seq. */
  markRead(key: ChatKey, seq: number): void {
    if (seq >= (this.read.get(key) ?? 0)) this.marks.set(key, { ...this.marksOf(key), marked: 0 })
    this.read.set(key, Math.max(this.read.get(key) ?? 0, seq))
    this.touch(key)
  }

  /** The peer reads, or the reader pins or mutes on another device. */
  mark(key: ChatKey, marks: Partial<Marks>): void {
    this.marks.set(key, { ...this.marksOf(key), ...marks })
    this.touch(key)
  }

  /** The reader does something for themselves: what has changed of the row, as event 22 says it; null for nothing. */
  protected doOneself(key: ChatKey, act: OwnAct): object | null {
    const gone = this.visible(key).filter((row) => takes(act, row))
    const { ids, times } = this.hid.get(key) ?? { ids: new Set<number>(), times: 0 }
    let told: object
    if (act.do === 'set') {
      this.marks.set(key, { ...this.marksOf(key), ...act.flags })
      told = act.flags
    } else if (act.do === 'read') {
      this.markRead(key, Math.min(act.seq, this.rows(key).length))
      return null
    } else if (act.do === 'hide') {
      if (gone.length === 0) return null
      for (const { id } of gone) ids.add(id)
      this.hid.set(key, { ids, times: times + 1 })
      told = { hidden: gone.map(({ id }) => id) }
    } else {
      const seq = Math.min(act.seq, this.rows(key).length)
      if (seq <= (this.cleared.get(key) ?? 0)) return null
      this.cleared.set(key, seq)
      told = { cleared: seq }
    }
    this.touch(key)
    return told
  }

  /** What the reader has hidden and not cleared, one range for each answer. */
  protected hidden({ kind, dstid, after = 0 }: Form): object {
    const key = chatKey(kind, dstid)
    const seqs = this.rows(key)
      .filter(({ id, seq }) => this.hid.get(key)?.ids.has(id) && seq > (this.cleared.get(key) ?? 0))
      .map(({ seq }) => seq)
    const ranges: { low: number; high: number }[] = []
    for (const seq of seqs) {
      const end = ranges.at(-1)
      if (end?.high === seq - 1) end.high = seq
      else ranges.push({ low: seq, high: seq })
    }
    const rows = ranges.filter(({ low }) => low > after)
    return { rows: rows.slice(0, this.most), data: { more: rows.length > this.most ? 1 : 0 } }
  }

  protected store(key: ChatKey, message: Omit<Message, 'id' | 'seq' | 'ver' | 'createat'>): Message {
    const rows = this.rows(key)
    const row = { ...message, id: this.nextId++, seq: rows.length + 1, ver: this.ver(key) + 1, createat: Date.now() }
    rows.push(row)
    this.touch(key)
    return row
  }

  /** Newest first, from the offset that `next` said; or what has changed, in the order of the changes. */
  protected conversations({ before = 0, after, limit }: Form): object {
    this.listed.push({ before, after })
    const all = [...this.log.keys()].filter((key) => this.rows(key).length > 0).map((key) => this.row(key))
    const seen = all.filter(({ last }) => last !== null)
    const rows =
      after === undefined
        ? seen.sort((a, b) => b.updateat - a.updateat).slice(before)
        : all.filter(({ change }) => change > after).sort((a, b) => a.change - b.change)
    const shown = rows.slice(0, Math.min(limit, this.most))
    const more = rows.length > shown.length ? 1 : 0
    const change = more && after !== undefined ? (shown.at(-1)?.change ?? 0) : this.moved
    const next = more && after === undefined ? { next: before + shown.length } : {}
    return { rows: shown, data: { epoch: this.epoch, change, ...(more && { more }), ...next } }
  }

  protected history({ kind, dstid, before = Infinity, after, limit }: Form): object {
    const all = this.visible(chatKey(kind, dstid))
    const rows = all.filter(({ seq }) => (after === undefined ? seq < before : seq > after))
    const most = Math.min(limit, this.most)
    const shown = after === undefined ? rows.slice(-most) : rows.slice(0, most)
    this.paged.push({ before, after })
    return {
      rows: shown.map((row) => this.seen(row)),
      ...(rows.length > shown.length && shown.length < limit && { data: { more: 1 } }),
    }
  }

  protected around({ kind, dstid, seq = 0, limit }: Form): object {
    const all = this.visible(chatKey(kind, dstid))
    const most = Math.min(limit, this.most)
    const place = all.filter((row) => row.seq < seq).length
    const later = Math.min(all.length - place, most - Math.floor(most / 2))
    const from = Math.max(0, place - (most - later))
    const shown = all.slice(from, from + most)
    this.paged.push({ before: seq, after: seq })
    return {
      rows: shown.map((row) => this.seen(row)),
      data: { before: from > 0 ? 1 : 0, after: from + most < all.length ? 1 : 0 },
    }
  }

  /** Unread messages that name the reader. */
  protected naming({ kind, dstid }: Form): { rows: Message[] } {
    const key = chatKey(kind, dstid)
    const read = this.read.get(key) ?? 0
    return { rows: this.visible(key).filter((row) => row.seq > read && mentions(row, this.me) && !row.recalled) }
  }

  protected changed({ kind, dstid, ver, limit }: Form): object {
    const rows = this.visible(chatKey(kind, dstid))
      .filter((row) => row.ver > ver)
      .sort((a, b) => a.ver - b.ver)
    const shown = rows.slice(0, Math.min(limit, this.most))
    return { rows: shown.map((row) => this.seen(row)), data: { more: rows.length > shown.length } }
  }

  /** What is unread for the reader. */
  unread(key: ChatKey): number {
    const read = this.read.get(key) ?? 0
    return this.visible(key).filter((row) => row.seq > read && countsAsUnread(row, this.me)).length
  }

  /** The row of a conversation as the reader is told it. */
  row(key: ChatKey) {
    const [kind, dstid] = key.split('/').map(Number) as [Kind, number]
    const rows = this.rows(key)
    const read = this.read.get(key) ?? 0
    const last = this.visible(key).at(-1)
    const moved = this.visible(key)
      .filter(({ media, seq }) => media !== 90 || seq === 1)
      .at(-1)
    return {
      ...{
        kind,
        dstid,
        seq: rows.length,
        ver: this.ver(key),
        read,
        unread: Math.min(this.unread(key), 1000),
        mentions: this.naming({ kind, dstid } as Form).rows.length,
      },
      ...this.marksOf(key),
      ...{
        last: last ? this.seen(last) : null,
        cleared: this.cleared.get(key) ?? 0,
        hidden: this.hid.get(key)?.times ?? 0,
        updateat: moved?.createat ?? 0,
        change: this.changes.get(key) ?? 0,
      },
    }
  }

  private marksOf(key: ChatKey): Marks {
    return this.marks.get(key) ?? unmarked
  }

  private touch(key: ChatKey): void {
    this.changes.set(key, ++this.moved)
  }

  named({ q = '' }: Form): object {
    this.askedNames.push(q)
    return { rows: this.names.get(q) ?? [] }
  }

  /** The newest messages that have all words, with where the words stand. */
  search({ q = '', kind, dstid, from, media, since = 0, until = Infinity, before, limit }: Form): object {
    this.searched.push({ q, kind, dstid, from, media, before })
    const words = q.split(' ')
    const keys = kind ? [chatKey(kind, dstid)] : [...this.log.keys()]
    const all = keys
      .flatMap((key) => this.visible(key).map((row) => ({ row, place: key.split('/').map(Number) })))
      .filter(({ row }) => !row.recalled && words.every((word) => row.content?.includes(word)))
      .filter(({ row }) => (!from || row.userid === from) && (!media || row.media === media))
      .filter(({ row }) => row.createat >= since && row.createat <= until)
      .sort((a, b) => b.row.createat - a.row.createat || b.row.id - a.row.id)
    const rest = before ? all.slice(all.findIndex(({ row }) => row.id === before) + 1) : all
    const rows = rest.slice(0, limit).map(({ row, place }) => {
      const start = row.content?.indexOf(words[0]) ?? 0
      return { ...row, kind: place[0], dstid: place[1], highlight: [[start, start + words[0].length]] }
    })
    return { rows, data: { more: rest.length > rows.length ? 1 : 0 } }
  }
}
