/** What the disk holds of one user, and how it is opened. */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb'
import type { Message } from '@/protocol/messages'
import type { Stretch } from './stretches'

/** What is gone for the reader of a conversation, as far as it is known. */
export interface KeptGone {
  counter: number
  ids: readonly number[]
  ranges: readonly { low: number; high: number }[]
}

export interface KeptChat {
  stretches: readonly Stretch[]
  gone: KeptGone
}

export interface Schema extends DBSchema {
  /** By name: the conversation list with its cursor, friends, groups, people, the reader. */
  lists: { key: string; value: unknown }
  /** By the key of the conversation. */
  chats: { key: string; value: KeptChat }
  /** Messages by conversation and number of their block, in order. Rows of their own took 25 times as long to write. */
  blocks: { key: [chat: string, block: number]; value: Message[] }
}

export type Database = IDBPDatabase<Schema>

export const stores = ['lists', 'chats', 'blocks'] as const

export type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, typeof stores, Mode>

/** Grows with each change to what stands in the stores: what an older page has kept is dropped, not understood. */
export const version = 1

/** ms that the page waits for its database at most; without it the page goes on as on a new computer. */
const patience = 1_500

export function nameOf(userId: number): string {
  return `magpie:${userId}`
}

/** The database of a user; null where the browser has none, forbids it, or does not answer. `onEnd`: it is of no more use. */
export async function openKept(userId: number, onEnd: () => void): Promise<Database | null> {
  let late = false
  const opening = open(userId, onEnd).catch(async () => {
    // A newer page was here, or the disk is broken.
    await deleteDB(nameOf(userId))
    return open(userId, onEnd)
  })
  const ready = opening.then(
    (database) => {
      if (late) database.close()
      return late ? null : database
    },
    () => null,
  )
  const timeout = new Promise<null>((resolve) => {
    setTimeout(() => {
      late = true
      resolve(null)
    }, patience)
  })
  return Promise.race([ready, timeout])
}

function open(userId: number, onEnd: () => void): Promise<Database> {
  return openDB<Schema>(nameOf(userId), version, {
    upgrade(made) {
      for (const name of Array.from(made.objectStoreNames)) made.deleteObjectStore(name)
      for (const name of stores) made.createObjectStore(name)
    },
    // Another tab logs out, or is of a newer page: it shall not wait for this one.
    blocking(_now, _next, event) {
      ;(event.target as IDBDatabase).close()
      onEnd()
    },
    terminated: onEnd,
  })
}

export async function dropKept(userId: number): Promise<void> {
  await deleteDB(nameOf(userId)).catch(() => undefined)
}
