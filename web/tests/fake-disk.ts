/** A browser's IndexedDB in memory, empty before each test of a file that asks for it. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach } from 'vitest'

export function useFreshDisk(): void {
  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory()
  })
}
