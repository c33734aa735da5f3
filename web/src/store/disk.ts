/**
 * What one user's page keeps on this computer, in IndexedDB. It is a copy: whatever fails here (no room, a private
 * window, a database that somebody deletes) costs the copy alone, and the page goes on without it. Nothing rejects.
 *
 * A write is one transaction: the list with its cursor, and what has changed of the messages. So none is ahead of
 * another one, and two tabs may write in any order: each leaves a state that was once true. What belongs to another
 * history (`epoch`) is refused.
 */
import type { ChatKey } from '@/protocol/conversations'
import { isFields } from '@/protocol/guards'
import type { Message } from '@/protocol/messages'
import { dropKept, openKept, stores, type Database, type KeptChat, type KeptGone, type Transaction } from './schema'
import { from, type Stretch } from './stretches'

/** Messages of one block. */
const blockSize = 64

/** Part of a conversation on the disk, while it is changed. */
export interface ChatPart {
  stretches: readonly Stretch[]
  gone: KeptGone
  /** Those of the blocks that were asked for, by seq. */
  readonly rows: Map<number, Message>
}

export interface Edit {
  readonly key: ChatKey
  /** The seqs that are looked at: from the first to the last. */
  readonly low: number
  readonly high: number
  readonly make: (part: ChatPart) => void
}

export interface KeptList {
  /** All rows and the change number at which they stood; as `Inbox` and `ListCursor` say it. */
  readonly rows: unknown
  readonly change: number
}

/** A conversation with some of its messages, in order. */
export interface KeptPart extends KeptChat {
  readonly rows: Message[]
}

interface Bounds {
  each: number
  all: number
}

/** Messages kept of one conversation, and of all; some 25 MB. */
const bounds: Bounds = { each: 5_000, all: 50_000 }

const nothing: KeptGone = { counter: 0, ids: [], ranges: [] }

export class Disk {
  private database: Database | null = null
  private readonly opened: Promise<void>
  /** It was full once before. */
  private full = false

  constructor(private readonly userId: number) {
    this.opened = openKept(userId, () => (this.database = null)).then((database) => {
      this.database = database
    })
  }

  /** False once nothing can be kept (any more). */
  get works(): boolean {
    return this.database !== null
  }

  /** The lists of these names, undefined for what is not there. */
  async lists(names: readonly string[]): Promise<unknown[]> {
    const found = await this.run('readonly', (work) =>
      Promise.all(names.map((name) => work.objectStore('lists').get(name))),
    )
    return found ?? names.map(() => undefined)
  }

  async putLists(lists: Record<string, unknown>): Promise<void> {
    await this.run('readwrite', (work) =>
      Promise.all(Object.entries(lists).map(([name, value]) => work.objectStore('lists').put(value, name))),
    )
  }

  /** Another history begins, unless it is the known one: all that was kept is dropped. */
  async enter(epoch: number): Promise<void> {
    await this.run('readwrite', async (work) => {
      const lists = work.objectStore('lists')
      const known = await lists.get('epoch')
      if (known === epoch) return
      await Promise.all(known === undefined ? [] : stores.map((name) => work.objectStore(name).clear()))
      await lists.put(epoch, 'epoch')
    })
  }

  /** Writes what has changed, all or nothing. */
  async write(epoch: number, list: KeptList | null, edits: readonly Edit[]): Promise<void> {
    await this.run('readwrite', async (work) => {
      const lists = work.objectStore('lists')
      if ((await lists.get('epoch')) !== epoch) return
      if (list) await lists.put(list, 'list')
      for (const edit of edits) await change(work, edit)
    })
  }

  /**
   * Keeps within bounds: the oldest messages of a conversation go, and all of those that stand last in `order`, the
   * latest first.
   */
  async tidy(order: readonly ChatKey[], { each, all }: Bounds = bounds): Promise<void> {
    await this.run('readwrite', async (work) => {
      const [chats, blocks] = [work.objectStore('chats'), work.objectStore('blocks')]
      const numbers = new Map<string, number[]>(order.map((key) => [key, []]))
      for (const [key, number] of await blocks.getAllKeys()) numbers.set(key, [...(numbers.get(key) ?? []), number])
      let room = Math.floor(all / blockSize)
      for (const [key, known] of numbers) {
        const stay = Math.min(known.length, room, Math.ceil(each / blockSize))
        room -= stay
        if (stay === known.length) continue
        const chat = await chats.get(key)
        const low = stay > 0 ? known[known.length - stay] * blockSize : Infinity
        await blocks.delete(IDBKeyRange.bound([key, -1], [key, low / blockSize], false, true))
        if (chat) await chats.put({ ...chat, stretches: from(chat.stretches, low) }, key)
      }
    })
  }

  /** A conversation with its messages from `low` to `high`; null when nothing of it is here. */
  async part(key: ChatKey, low: number, high: number): Promise<KeptPart | null> {
    const found = await this.run('readonly', async (work) => {
      const [chat, blocks] = await Promise.all([
        work.objectStore('chats').get(key),
        work.objectStore('blocks').getAll(blockRange(key, low, high)),
      ])
      return chat && { ...chat, rows: blocks.flat().filter(({ seq }) => low <= seq && seq <= high) }
    })
    return found ?? null
  }

  /** What is known of a conversation; null when nothing of it is here. */
  async chat(key: ChatKey): Promise<KeptChat | null> {
    return (await this.run('readonly', (work) => work.objectStore('chats').get(key))) ?? null
  }

  /** All messages of all conversations, or of one. */
  async all(only: ChatKey | '' = ''): Promise<Map<ChatKey, KeptPart>> {
    const found = await this.run('readonly', (work) => {
      const chats = work.objectStore('chats')
      const blocks = work.objectStore('blocks')
      const range = only ? blockRange(only, 0, Infinity) : undefined
      const some = only || undefined
      return Promise.all([chats.getAllKeys(some), chats.getAll(some), blocks.getAllKeys(range), blocks.getAll(range)])
    })
    const parts = new Map<ChatKey, KeptPart>()
    if (!found) return parts
    const [keys, chats, places, blocks] = found
    keys.forEach((key, index) => parts.set(key as ChatKey, { ...chats[index], rows: [] }))
    places.forEach(([key], index) => parts.get(key as ChatKey)?.rows.push(...blocks[index]))
    return parts
  }

  /** Nothing is written any more. */
  close(): void {
    this.database?.close()
    this.database = null
  }

  /** Everything goes, and nothing is kept any more. */
  async drop(): Promise<void> {
    await this.opened
    this.close()
    await dropKept(this.userId)
  }

  /** Some work in one transaction; undefined when there is no database, or it fails. */
  private async run<Mode extends IDBTransactionMode, Result>(
    mode: Mode,
    work: (transaction: Transaction<Mode>) => Promise<Result>,
  ): Promise<Result | undefined> {
    await this.opened
    if (!this.database) return undefined
    let transaction: Transaction<Mode> | undefined
    try {
      transaction = this.database.transaction(stores, mode)
      // Whatever fails in it is heard of below.
      transaction.done.catch(() => undefined)
      const result = await work(transaction)
      await transaction.done
      return result
    } catch (error) {
      try {
        transaction?.abort()
      } catch {
        // It has ended by itself.
      }
      await this.failed(error)
      return undefined
    }
  }

  private async failed(error: unknown): Promise<void> {
    // Closed meanwhile, by another tab or the reader: what was on its way is lost, and that is all.
    if (!this.database) return
    const noRoom = isFields(error) && error.name === 'QuotaExceededError'
    const again = noRoom && !this.full
    this.full = true
    if (!again) return void this.drop()
    try {
      await Promise.all([this.database.clear('chats'), this.database.clear('blocks')])
    } catch {
      void this.drop()
    }
  }
}

async function change(work: Transaction<'readwrite'>, { key, low, high, make }: Edit): Promise<void> {
  const chats = work.objectStore('chats')
  const blocks = work.objectStore('blocks')
  const range = blockRange(key, low, high)
  const [chat, places, values] = await Promise.all([chats.get(key), blocks.getAllKeys(range), blocks.getAll(range)])
  const before = new Map(places.map(([, number], index) => [number, values[index]]))
  const rows = new Map(values.flat().map((row) => [row.seq, row]))
  const part: ChatPart = { stretches: chat?.stretches ?? [], gone: chat?.gone ?? nothing, rows }
  make(part)
  const { stretches, gone } = part
  const writing: Promise<unknown>[] = [chats.put({ stretches, gone }, key)]
  for (const [number, block] of changed(before, rows))
    writing.push(block.length > 0 ? blocks.put(block, [key, number]) : blocks.delete([key, number]))
  await Promise.all(writing)
}

function blockRange(key: ChatKey, low: number, high: number): IDBKeyRange {
  const last = Number.isFinite(high) ? Math.floor(high / blockSize) : Infinity
  return IDBKeyRange.bound([key, Math.floor(Math.max(0, low) / blockSize)], [key, last])
}

/** The blocks that are not as they were. */
function changed(before: ReadonlyMap<number, Message[]>, rows: ReadonlyMap<number, Message>): Map<number, Message[]> {
  const now = new Map<number, Message[]>([...before.keys()].map((number) => [number, []]))
  for (const row of rows.values()) {
    const number = Math.floor(row.seq / blockSize)
    const block = now.get(number)
    if (block) block.push(row)
    else now.set(number, [row])
  }
  for (const [number, block] of now) {
    const old = before.get(number)
    if (old?.length === block.length && block.every((row) => old.includes(row))) now.delete(number)
    else block.sort((a, b) => a.seq - b.seq)
  }
  return now
}
