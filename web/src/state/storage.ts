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

/** Names in the store that begin with a prefix. */
export function namesWith(prefix: string, store: Store = localStore): string[] {
  const names = Array.from({ length: store.length }, (_, index) => store.key(index))
  return names.filter((name): name is string => name !== null && name.startsWith(prefix))
}

/** Saves, or lets it be when the quota is used up. */
export function save(name: string, value: unknown, store: Store = localStore): void {
  try {
    store.setItem(name, JSON.stringify(value))
  } catch {
    // What was to be saved is still in memory for this page.
  }
}
