/**
 * Calls to forward that the server has not answered yet, kept on disk as the outbox keeps messages: each waits
 * for the network, over a reload too, and is made again under its cid until it is answered.
 */
import { isKind, type Kind } from '@/protocol/codes'
import type { OutgoingForward } from '@/protocol/forwards'
import { isFields, isId, parseJson } from '@/protocol/guards'
import type { Store } from './outbox'

export interface ForwardItem {
  readonly call: OutgoingForward
  /** What one says with it, '' for nothing, and under which cid in which of the chats (`kind/dstid`). */
  readonly note: string
  readonly noteCids: Readonly<Record<string, string>>
  /** When it was asked for, ms by the server's clock as far as known. */
  readonly createat: number
}

export class ForwardQueue {
  /** In the order in which they were asked for. */
  items: readonly ForwardItem[]
  private readonly prefix: string
  private readonly lost = new Set<string>()

  constructor(
    userId: number,
    private readonly store: Store,
  ) {
    this.prefix = `magpie:forward:${userId}:`
    this.items = this.restore()
  }

  /** True while leaving the page would lose a call: the disk had no room. */
  get wouldLose(): boolean {
    return this.lost.size > 0
  }

  add(item: ForwardItem): void {
    this.items = [...this.items, item]
    try {
      this.store.setItem(this.prefix + item.call.cid, JSON.stringify(item))
    } catch {
      this.lost.add(item.call.cid)
    }
  }

  /** It was answered, or never can be. */
  take(cid: string): void {
    this.items = this.items.filter(({ call }) => call.cid !== cid)
    this.lost.delete(cid)
    this.store.removeItem(this.prefix + cid)
  }

  /** Drops everything, on disk too (log-out). */
  clear(): void {
    for (const { call } of this.items) this.take(call.cid)
  }

  private restore(): ForwardItem[] {
    const names = Array.from({ length: this.store.length }, (_, index) => this.store.key(index))
    return names
      .filter((name): name is string => name?.startsWith(this.prefix) === true)
      .map((name) => parseItem(parseJson(this.store.getItem(name) ?? '')))
      .filter((item): item is ForwardItem => item !== null)
      .sort((a, b) => a.createat - b.createat)
  }
}

/** What an earlier page saved, if it still makes sense. */
function parseItem(value: unknown): ForwardItem | null {
  if (!isFields(value) || !isFields(value.call) || !isFields(value.noteCids)) return null
  const { kind, dstid, ids, favorite, to, cid } = value.call
  const ofChat = isKind(kind) && isId(dstid) && Array.isArray(ids) && ids.every(isId)
  if (!(ofChat || isId(favorite)) || typeof cid !== 'string') return null
  if (!Array.isArray(to) || !to.every(isPlace) || typeof value.note !== 'string') return null
  return value as unknown as ForwardItem
}

function isPlace(value: unknown): value is { kind: Kind; dstid: number } {
  return isFields(value) && isKind(value.kind) && isId(value.dstid)
}
