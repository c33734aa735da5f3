/**
 * Things too large for `localStorage` that must outlive a reload (files on their way), in IndexedDB.
 *
 * Each thing has an owner, the tab that works on it. A tab that begins takes over what belongs to tabs
 * that no longer answer; the database decides between two that try, and a tab that was only asleep
 * finds that its things are not its own any more. Promised: what `put` said yes to comes back from
 * `adopt` after a reload. Not promised: room; then `put` says no, and the page has to ask before it goes.
 */

export interface Shelved {
  /** Unique among all users. */
  readonly id: string
  readonly userId: number
  readonly bytes: number
}

interface Row<Thing> {
  id: string
  userId: number
  bytes: number
  owner: string
  thing: Thing
}

/** Bytes and things of one user at most; a browser may have less room. */
const mostBytes = 256 * 1024 * 1024
const mostThings = 60
/** ms in which a living tab answers. */
const answerTime = 400

const database = 'magpie'
const table = 'files'
const channelName = 'magpie:tabs'

export class Shelf<Thing extends Shelved> {
  private readonly tab = Math.random().toString(36).slice(2)
  private readonly channel: BroadcastChannel | null
  private opened: Promise<IDBDatabase | null> | undefined

  /** `keeps`: whether a user's things may be kept on this computer at all. */
  constructor(
    private readonly factory: IDBFactory | undefined = globalThis.indexedDB,
    private readonly keeps: (userId: number) => boolean = () => true,
  ) {
    this.channel = factory && typeof BroadcastChannel === 'function' ? new BroadcastChannel(channelName) : null
    this.channel?.addEventListener('message', ({ data }) => {
      if (data === 'who') this.channel?.postMessage(this.tab)
    })
  }

  /** Keeps a thing, or its newer state. False when there is no room, or when another tab has taken it over. */
  async put(thing: Thing): Promise<boolean> {
    const { id, userId, bytes } = thing
    if (!this.keeps(userId)) return false
    return this.write(false, (store, rows) => {
      const known = rows.find((row) => row.id === id)
      const others = rows.filter((row) => row.userId === userId && row !== known)
      const used = others.reduce((sum, row) => sum + row.bytes, 0)
      if (known && known.owner !== this.tab) return false
      if (used + bytes > mostBytes || others.length >= mostThings) return false
      store.put({ id, userId, bytes, owner: this.tab, thing } satisfies Row<Thing>)
      return true
    })
  }

  /** True while the thing is this tab's to work on, and when it was never kept. */
  async mine(id: string): Promise<boolean> {
    return this.write(true, (_, rows) => (rows.find((row) => row.id === id)?.owner ?? this.tab) === this.tab)
  }

  /** Forgets a thing, whoever works on it. */
  async drop(id: string): Promise<void> {
    await this.write(true, (store) => (store.delete(id), true))
  }

  /** Forgets all of a user's; with the last one the database goes. */
  async clear(userId: number): Promise<void> {
    let others = true
    await this.write(true, (store, rows) => {
      for (const row of rows) if (row.userId === userId) store.delete(row.id)
      others = rows.some((row) => row.userId !== userId)
      return true
    })
    const db = await this.opened
    if (others || !db) return
    this.opened = undefined
    db.close()
    await new Promise<void>((resolve) => {
      const dropping = this.factory?.deleteDatabase(database)
      if (dropping) dropping.onsuccess = dropping.onerror = dropping.onblocked = () => resolve()
      else resolve()
    })
  }

  /** Takes over the user's things that no living tab works on; where nothing may be kept, they are kept no longer. */
  async adopt(userId: number): Promise<Thing[]> {
    const taken = await this.takeOver(userId)
    if (!this.keeps(userId)) await this.clear(userId)
    return taken
  }

  private async takeOver(userId: number): Promise<Thing[]> {
    const before = new Map<string, string>()
    await this.write(true, (_, rows) => {
      for (const row of rows) if (row.userId === userId) before.set(row.id, row.owner)
      return true
    })
    if (before.size === 0) return []
    const living = await this.living()
    const taken: Thing[] = []
    await this.write(true, (store, rows) => {
      for (const row of rows) {
        // One whose owner has changed meanwhile belongs to a tab that began together with this one.
        if (before.get(row.id) !== row.owner || living.has(row.owner)) continue
        store.put({ ...row, owner: this.tab })
        taken.push(row.thing)
      }
      return true
    })
    return taken
  }

  private async living(): Promise<Set<string>> {
    const heard = new Set([this.tab])
    const listen = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') heard.add(data)
    }
    this.channel?.addEventListener('message', listen)
    this.channel?.postMessage('who')
    await new Promise((resolve) => setTimeout(resolve, answerTime))
    this.channel?.removeEventListener('message', listen)
    return heard
  }

  /** One transaction over all rows; `otherwise` when the browser has no database, or it fails. */
  private async write(
    otherwise: boolean,
    work: (store: IDBObjectStore, rows: Row<Thing>[]) => boolean,
  ): Promise<boolean> {
    this.opened ??= this.open()
    const db = await this.opened
    if (!db) return otherwise
    return new Promise((resolve) => {
      let result = otherwise
      try {
        const transaction = db.transaction(table, 'readwrite')
        const store = transaction.objectStore(table)
        const reading: IDBRequest<Row<Thing>[]> = store.getAll()
        reading.onsuccess = () => (result = work(store, reading.result))
        transaction.oncomplete = () => resolve(result)
        transaction.onerror = transaction.onabort = () => resolve(otherwise)
      } catch {
        resolve(otherwise)
      }
    })
  }

  private open(): Promise<IDBDatabase | null> {
    return new Promise((resolve) => {
      try {
        const opening = this.factory?.open(database, 1)
        if (!opening) return resolve(null)
        opening.onupgradeneeded = () => opening.result.createObjectStore(table, { keyPath: 'id' })
        opening.onsuccess = () => {
          // A tab in which the last user logs out drops it; the next one who needs it makes it anew.
          opening.result.onversionchange = () => {
            opening.result.close()
            this.opened = undefined
          }
          resolve(opening.result)
        }
        opening.onerror = opening.onblocked = () => resolve(null)
      } catch {
        // A browser that forbids it (private windows of some) throws at once.
        resolve(null)
      }
    })
  }
}
