/**
 * Messages of this user, and changes to messages, that the server has not acknowledged yet.
 *
 * An item is pending until the ack with its cid comes, or failed when the server refuses it; then
 * it waits for `retry` or `remove` with its text kept. A change that is refused is dropped. The order
 * within a conversation is kept by having one item of each on its way at a time. After a reconnect everything is sent again under
 * its old cid, which the server stores only once. Each item is saved under a key of its own, so
 * that two tabs of a user do not overwrite each other's.
 */
import { isChangeCmd, type OutgoingChange } from '@/protocol/changes'
import { Code, isKind } from '@/protocol/codes'
import { chatKey, type ChatKey } from '@/protocol/conversations'
import { changeFrame, messageFrame, type Ack, type ErrorFrame } from '@/protocol/frames'
import { isFields, isId, parseJson } from '@/protocol/guards'
import type { Message, OutgoingMessage } from '@/protocol/messages'

export interface OutboxItem {
  readonly message: OutgoingMessage
  readonly key: ChatKey
  /** When it was written, ms by the server's clock as far as known. */
  readonly createat: number
  readonly state: 'pending' | 'failed'
  /** Of a failed one: the server's code and sentence. */
  readonly code?: number
  readonly reason?: string
  /** When (ms) it will be allowed, if the server said. */
  readonly until?: number
  /** It was handed to the connection, which has not been lost since. */
  readonly going?: true
}

/** A change that waits as messages do. */
export interface ChangeItem {
  readonly change: OutgoingChange
  readonly key: ChatKey
  readonly createat: number
  readonly state: 'pending'
}

type Item = OutboxItem | ChangeItem

/** The part of `localStorage` that is used. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** ms after which a message without an ack is sent again on the same connection. */
const patience = 20_000
/** ms to wait when the server is busy and names no time. */
const pause = 3_000

export class Outbox {
  /** In the order they were written. New arrays after each change, so that views see it. */
  items: readonly OutboxItem[] = []
  changes: readonly ChangeItem[] = []
  /** Both, as they are sent. */
  private queue: readonly Item[] = []
  /** Is told of each message that the server keeps for a review: it waits here no more. */
  onReview: (item: OutboxItem, review: NonNullable<ErrorFrame['review']>) => void = () => undefined
  /** cid of what is on its way to the time it was sent. */
  private readonly sentAt = new Map<string, number>()
  /** Conversations that the server asked to wait, to the time when they go on. */
  private readonly waitUntil = new Map<ChatKey, number>()
  /** cids for which the disk had no room: they live as long as the page does. */
  private readonly unsaved = new Set<string>()
  private readonly prefix: string

  constructor(
    userId: number,
    private readonly store: Store,
  ) {
    this.prefix = `magpie:out:${userId}:`
    this.line(this.restore())
  }

  /** True while leaving the page would lose a message. */
  get wouldLose(): boolean {
    return this.unsaved.size > 0
  }

  /** Puts a message in, behind all that were written before. */
  add(message: OutgoingMessage, now: number): void {
    const createat = this.later(now)
    this.append({ message, key: chatKey(message.cmd, message.dstid), createat, state: 'pending' })
  }

  /** Puts a change in, behind all that was written before. */
  addChange(change: OutgoingChange, now: number): void {
    const createat = this.later(now)
    this.append({ change, key: chatKey(change.kind, change.dstid), createat, state: 'pending' })
  }

  /** What is to be sent at `now`; the caller sends each and tells `sent`. */
  due(now: number): Item[] {
    const busy = new Set<ChatKey>()
    const due: Item[] = []
    for (const item of this.queue) {
      if (item.state !== 'pending' || busy.has(item.key)) continue
      busy.add(item.key)
      const sent = this.sentAt.get(cidOf(item))
      if (sent !== undefined && now - sent < patience) continue
      if (now >= (this.waitUntil.get(item.key) ?? 0)) due.push(item)
    }
    return due
  }

  /** The time at which `due` will next have something without any event, or null. */
  nextDue(now: number): number | null {
    let next: number | null = null
    const busy = new Set<ChatKey>()
    for (const item of this.queue) {
      const { key } = item
      if (item.state !== 'pending' || busy.has(key)) continue
      busy.add(key)
      const sent = this.sentAt.get(cidOf(item))
      const at = Math.max(now, this.waitUntil.get(key) ?? 0, sent === undefined ? 0 : sent + patience)
      if (next === null || at < next) next = at
    }
    return next
  }

  sent(cid: string, now: number): void {
    this.sentAt.set(cid, now)
    this.line(this.queue.map((item) => (cidOf(item) === cid && !('change' in item) ? { ...item, going: true } : item)))
  }

  /** The message is stored: takes the item out and gives the row it has become; null for an unknown cid. */
  acked(ack: Ack, userId: number): Message | null {
    const item = this.find(ack.cid)
    if (!item) return null
    this.take(ack.cid)
    const { id, seq, ver, createat, cid } = ack
    return { ...item.message, userid: userId, id, seq, ver, createat, cid }
  }

  /** The change is in the log: takes it out and gives it; null for an unknown cid. */
  ackedChange(cid: string): ChangeItem | null {
    const item = this.changes.find(({ change }) => change.cid === cid)
    if (item) this.take(cid)
    return item ?? null
  }

  /** An own message came from the server, by push or catch-up: if it was waiting here, it no longer is. */
  stored(cid: string): boolean {
    return this.find(cid) !== undefined && this.take(cid)
  }

  /** The server refused: a message waits a while, or has failed; a change that can't be made is taken out and given. */
  refused({ cid, code, msg, retry_after, until, review }: Omit<ErrorFrame, 'cmd'>, now: number): ChangeItem | null {
    const item = this.queue.find((one) => cidOf(one) === cid)
    if (!item || item.state !== 'pending') return null
    this.sentAt.delete(cidOf(item))
    this.line(this.queue.map((one) => (one === item ? staying(one) : one)))
    if (code === Code.SlowDown || code === Code.TryAgain) {
      this.waitUntil.set(item.key, now + (retry_after === undefined ? pause : retry_after * 1000))
    } else if ('change' in item) {
      this.take(item.change.cid)
      return item
    } else if (review) {
      this.take(item.message.cid)
      this.onReview(item, review)
    } else {
      this.replace({ ...(staying(item) as OutboxItem), state: 'failed', code, reason: msg, ...(until && { until }) })
    }
    return null
  }

  /** Nothing is on its way any more; all that is pending will be sent again. */
  disconnected(): void {
    this.sentAt.clear()
    this.waitUntil.clear()
    this.line(this.queue.map(staying))
  }

  /** A failed one tries again. */
  retry(cid: string): void {
    const item = this.find(cid)
    if (item?.state !== 'failed') return
    const { message, key, createat } = item
    this.replace({ message, key, createat, state: 'pending' })
  }

  /** Drops an item for good. */
  remove(cid: string): void {
    this.take(cid)
  }

  /** Drops everything, on disk too (log-out). */
  clear(): void {
    for (const item of this.queue) this.take(cidOf(item))
  }

  find(cid: string): OutboxItem | undefined {
    return this.items.find(({ message }) => message.cid === cid)
  }

  /** Later than the last one, so that a restored list has the same order. */
  private later(now: number): number {
    return Math.max(now, (this.queue.at(-1)?.createat ?? 0) + 1)
  }

  private append(item: Item): void {
    this.line([...this.queue, item])
    this.save(item)
  }

  /** True when something with this cid waited here. */
  private take(cid: string): boolean {
    const left = this.queue.filter((item) => cidOf(item) !== cid)
    if (left.length === this.queue.length) return false
    this.line(left)
    this.sentAt.delete(cid)
    this.unsaved.delete(cid)
    this.store.removeItem(this.prefix + cid)
    return true
  }

  private replace(item: OutboxItem): void {
    this.line(this.queue.map((old) => (cidOf(old) === item.message.cid ? item : old)))
    this.save(item)
  }

  private line(queue: readonly Item[]): void {
    this.queue = queue
    this.items = queue.filter((item) => 'message' in item)
    this.changes = queue.filter((item) => 'change' in item)
  }

  private save(item: Item): void {
    const cid = cidOf(item)
    try {
      this.store.setItem(this.prefix + cid, JSON.stringify(item))
      this.unsaved.delete(cid)
    } catch {
      this.unsaved.add(cid)
    }
  }

  private restore(): Item[] {
    const items: Item[] = []
    for (let index = 0; index < this.store.length; index++) {
      const name = this.store.key(index)
      if (!name?.startsWith(this.prefix)) continue
      const item = parseItem(parseJson(this.store.getItem(name) ?? ''))
      if (item) items.push(item)
    }
    return items.sort((a, b) => a.createat - b.createat)
  }
}

/** What is sent. */
export function frameOf(item: Item): string {
  return 'message' in item ? messageFrame(item.message) : changeFrame(item.change)
}

/** As it stands when it is not on its way. */
function staying(item: Item): Item {
  if ('change' in item || !item.going) return item
  const { going: _going, ...rest } = item
  return rest
}

export function cidOf(item: Item): string {
  return 'message' in item ? item.message.cid : item.change.cid
}

/** What an earlier page saved, if it still makes sense. */
function parseItem(value: unknown): Item | null {
  if (!isFields(value)) return null
  if (isFields(value.change)) {
    const { cmd, id, kind, dstid, cid } = value.change
    if (!isChangeCmd(cmd) || !isId(id) || !isKind(kind) || !isId(dstid) || typeof cid !== 'string') return null
    return { ...(value as unknown as ChangeItem), key: chatKey(kind, dstid) }
  }
  if (!isFields(value.message)) return null
  const { cmd, dstid, cid, media } = value.message
  if (!isKind(cmd) || !isId(dstid) || typeof cid !== 'string' || typeof media !== 'number') return null
  return { ...(value as unknown as OutboxItem), key: chatKey(cmd, dstid) }
}
