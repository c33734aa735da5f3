/**
 * What the reader does with conversations for themselves, on its way to the server and shown from the moment it is done.
 *
 * As in the outbox each act is saved under a key of its own, waits for the network, and goes in the order in which it
 * was done within its conversation; each may be made twice. A refused one is shown no more. What the server has, or
 * another device did, is drawn over the rows of the list until the list has been asked for since.
 */
import { parseChatKey, type ChatKey, type Conversation } from '@/protocol/conversations'
import { isFields, parseJson } from '@/protocol/guards'
import { newCid, type Message } from '@/protocol/messages'
import { callOf, parseAct, rowWithAct, takes, type Going, type OwnAct } from '@/protocol/own'
import type { Store } from './outbox'
import { isLoggedOut, isPassing } from './source'
import type { Timeline } from './timeline'

export interface ActItem {
  readonly id: string
  readonly key: ChatKey
  readonly createat: number
  readonly act: OwnAct
}

/** An act that the server has. */
interface Done {
  readonly key: ChatKey
  readonly act: OwnAct
  /** What went by it, as it was known then: it is in no timeline any more. */
  readonly going: Going
  readonly round: number
}

export interface ActsOptions {
  /** Rejections may carry the contract's `code`, and `retryAfter`. */
  call(path: string, fields: Record<string, unknown>): Promise<{ data?: unknown }>
  /** The messages of a chat that are known. */
  timeline(key: ChatKey): Timeline | undefined
  /** The round of the list that has all that the server has by now. */
  round(): number
  /** The server has it; `data` is what it said. */
  onDone(item: ActItem, data: unknown): void
  onRefused(item: ActItem, error: unknown): void
}

/** ms to wait after a call that failed for now. */
const pause = 3_000

export class Acts {
  /** In the order in which they were done. A new array after each change. */
  waiting: readonly ActItem[] = []
  /** Those that the server has, or that another device did, until the list has them. */
  private done: readonly Done[] = []
  private online = false
  private readonly calling = new Set<ChatKey>()
  private readonly timers = new Map<ChatKey, ReturnType<typeof setTimeout>>()
  /** Those for which the disk had no room. */
  private readonly unsaved = new Set<string>()
  private readonly prefix: string

  constructor(
    private readonly me: number,
    private readonly store: Store,
    private readonly options: ActsOptions,
  ) {
    this.prefix = `magpie:act:${me}:`
    this.waiting = this.restore()
  }

  add(key: ChatKey, act: OwnAct, now: number): void {
    const createat = Math.max(now, (this.waiting.at(-1)?.createat ?? 0) + 1)
    const item = { id: newCid(createat), key, createat, act }
    this.waiting = [...this.waiting, item]
    try {
      this.store.setItem(this.prefix + item.id, JSON.stringify(item))
    } catch {
      this.unsaved.add(item.id)
    }
    void this.go(key)
  }

  /** The server has an act, of this device or another one; said before the messages are taken out. */
  stored(key: ChatKey, act: OwnAct): void {
    const going = this.going(key, act, [])
    this.done = [...this.done, { key, act, going, round: this.options.round() }]
  }

  /** The list has what was there when this round began. */
  settle(round: number): void {
    if (this.done.length > 0) this.done = this.done.filter((item) => item.round > round)
  }

  connected(): void {
    this.online = true
    for (const key of new Set(this.waiting.map((item) => item.key))) void this.go(key)
  }

  disconnected(): void {
    this.online = false
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  /** The messages of a chat without those that are gone. */
  shown(key: ChatKey, messages: readonly Message[]): readonly Message[] {
    const acts = this.waiting.filter((item) => item.key === key && (item.act.do === 'hide' || item.act.do === 'clear'))
    const stays = (row: Message) => !acts.some(({ act }) => takes(act, row))
    return acts.length > 0 && !messages.every(stays) ? messages.filter(stays) : messages
  }

  /** All that is older than this message is cleared. */
  clears(key: ChatKey, first: number): boolean {
    return this.waiting.some((item) => item.key === key && item.act.do === 'clear' && first <= item.act.seq + 1)
  }

  /** One conversation as its reader sees it. */
  shownRow(key: ChatKey, row: Conversation): Conversation {
    const done = this.done.filter((item) => item.key === key)
    const stored = done.reduce((shown, { act, going }) => rowWithAct(shown, act, this.me, going), row)
    const acts = this.waiting.filter((item) => item.key === key).map(({ act }) => act)
    return acts.reduce(
      (shown, act, index) => rowWithAct(shown, act, this.me, this.going(key, act, acts.slice(0, index))),
      stored,
    )
  }

  /** The conversation list as its reader sees it. */
  shownRows(rows: ReadonlyMap<ChatKey, Conversation>): ReadonlyMap<ChatKey, Conversation> {
    const keys = new Set([...this.done, ...this.waiting].map(({ key }) => key))
    if (keys.size === 0) return rows
    const shown = new Map(rows)
    for (const key of keys) {
      const row = rows.get(key)
      if (row) shown.set(key, this.shownRow(key, row))
    }
    return shown
  }

  /** Another history begins: what was done in the old one is not drawn over the new one. */
  clearDone(): void {
    this.done = []
  }

  /** Drops everything, on disk too (log-out). */
  clear(): void {
    this.clearDone()
    for (const { id } of this.waiting) this.store.removeItem(this.prefix + id)
    this.waiting = []
  }

  /** What goes by an act after those before it. */
  private going(key: ChatKey, act: OwnAct, before: readonly OwnAct[]): Going {
    if (act.do !== 'hide') return { gone: [], rest: undefined }
    const timeline = this.options.timeline(key)
    const there = (row: Message) => !before.some((one) => takes(one, row))
    return {
      gone: timeline?.messages.filter((row) => there(row) && takes(act, row)) ?? [],
      rest: timeline?.rest((row) => there(row) && !takes(act, row)),
    }
  }

  /** Makes the first call of a conversation, then the next, as long as there is a network. */
  private async go(key: ChatKey): Promise<void> {
    const item = this.waiting.find((one) => one.key === key)
    if (!item || !this.online || this.calling.has(key) || this.timers.has(key)) return
    // Another tab of this browser has made it.
    if (!this.unsaved.has(item.id) && this.store.getItem(this.prefix + item.id) === null) {
      this.take(item)
      return this.go(key)
    }
    this.calling.add(key)
    try {
      const { path, fields } = callOf(key, item.act)
      const { data } = await this.options.call(path, fields)
      this.take(item)
      this.stored(key, item.act)
      this.options.onDone(item, data)
    } catch (error) {
      // It is made when somebody has logged in again.
      if (isLoggedOut(error)) return
      if (isPassing(error)) return this.later(key, error)
      this.take(item)
      this.options.onRefused(item, error)
    } finally {
      this.calling.delete(key)
    }
    return this.go(key)
  }

  private later(key: ChatKey, error: unknown): void {
    if (!this.online) return
    const { retryAfter = 0 } = error as { retryAfter?: number }
    const timer = setTimeout(
      () => {
        this.timers.delete(key)
        void this.go(key)
      },
      Math.max(pause, retryAfter * 1000),
    )
    this.timers.set(key, timer)
  }

  private take({ id }: ActItem): void {
    this.waiting = this.waiting.filter((item) => item.id !== id)
    this.unsaved.delete(id)
    this.store.removeItem(this.prefix + id)
  }

  private restore(): ActItem[] {
    const items: ActItem[] = []
    for (let index = 0; index < this.store.length; index++) {
      const name = this.store.key(index)
      const item = name?.startsWith(this.prefix) && parseItem(parseJson(this.store.getItem(name) ?? ''))
      if (item) items.push(item)
    }
    return items.sort((a, b) => a.createat - b.createat)
  }
}

/** What an earlier page saved, if it still makes sense. */
function parseItem(value: unknown): ActItem | null {
  if (!isFields(value)) return null
  const { id, key, createat } = value
  const act = parseAct(value.act)
  if (typeof id !== 'string' || typeof key !== 'string' || typeof createat !== 'number' || !act) return null
  return parseChatKey(key) && { id, key: key as ChatKey, createat, act }
}
