/** The browser's stores, or a stand-in that lasts as long as the page where the browser forbids it. */
import type { Store } from '@/sync/outbox'

export class MemoryStore implements Store {
  private readonly values = new Map<string, string>()

  get length(): number {
    return this.values.size
  }

  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null
  }

  getItem(name: string): string | null {
    return this.values.get(name) ?? null
  }

  setItem(name: string, value: string): void {
    this.values.set(name, value)
  }

  removeItem(name: string): void {
    this.values.delete(name)
  }
}

function openStore(name: 'localStorage' | 'sessionStorage'): Store {
  try {
    return globalThis[name] ?? new MemoryStore()
  } catch {
    return new MemoryStore()
  }
}

export const localStore = openStore('localStorage')
/** What lasts as long as this tab, over reloads. */
export const tabStore = openStore('sessionStorage')

const nothingName = (userId: number) => `magpie:nothing:${userId}`

let current = localStore

/**
 * What belongs to a user: drafts, what waits to be sent, what was looked for. It is written at once, so that a page that
 * dies has it. Where nothing shall be kept on this computer it lasts as long as this tab.
 */
export const userStore: Store = {
  get length() {
    return current.length
  },
  key: (index) => current.key(index),
  getItem: (name) => current.getItem(name),
  setItem: (name, value) => current.setItem(name, value),
  removeItem: (name) => current.removeItem(name),
}

/** The user has said at log-in that nothing shall be kept; all tabs of this browser know. */
export function keepsNothing(userId: number): boolean {
  return localStore.getItem(nothingName(userId)) !== null
}

/** What a log-in says of it; it holds until the next one, or the log-out. */
export function keepNothing(userId: number, nothing: boolean): void {
  if (nothing) save(nothingName(userId), 1, localStore)
  else localStore.removeItem(nothingName(userId))
}

/** From now on the page is this user's. What an earlier session has left on the disk goes on in this tab alone. */
export function storeFor(userId: number): void {
  current = keepsNothing(userId) ? tabStore : localStore
  if (current === localStore) return
  const theirs = new RegExp(`^magpie:(?!nothing:|link:)[a-z]+:${userId}(:|$)`)
  for (const name of namesWith('magpie:', localStore).filter((one) => theirs.test(one))) {
    tabStore.setItem(name, localStore.getItem(name) ?? '')
    localStore.removeItem(name)
  }
}

/** Names in the store that begin with a prefix. */
export function namesWith(prefix: string, store: Store = userStore): string[] {
  const names = Array.from({ length: store.length }, (_, index) => store.key(index))
  return names.filter((name): name is string => name !== null && name.startsWith(prefix))
}

/** Saves, or lets it be when the quota is used up. */
export function save(name: string, value: unknown, store: Store = userStore): void {
  try {
    store.setItem(name, JSON.stringify(value))
  } catch {
    // What was to be saved is still in memory for this page.
  }
}
