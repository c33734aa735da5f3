/**
 * An engine of one user in front of the fake server, on fake timers, without a page around it. `useEngine` sets it up
 * before each test of a file.
 */
import { afterEach, beforeEach, vi } from 'vitest'
import { chatKey, type ChatKey } from '@/protocol/conversations'
import type { Content } from '@/protocol/messages'
import { Engine } from '@/state/engine'
import { Emitter } from '@/state/events'
import { readKept, type KeptInbox } from '@/state/kept'
import { MemoryStore } from '@/state/storage'
import { Disk } from '@/store/disk'
import { Api } from '@/transport/api'
import { FakeServer } from './fake-server'
import { Random } from './random'

export const me = 7
export let server: FakeServer
/** What the browser keeps. */
export let store: MemoryStore
export let engine: Engine

/** The page of the user is opened, or loaded anew. */
export function openPage(disk: Disk | null = null, list: KeptInbox | null = null): void {
  const sentences = () => ({ network: 'n', answer: 'a', cancelled: 'c' })
  const api = new Api({ userId: me, language: () => 'zh', sentences, fetch: server.fetch as unknown as typeof fetch })
  engine = new Engine({
    api,
    openSocket: () => server.connect(),
    store,
    events: new Emitter(),
    tooLarge: () => 'too long',
    ...{ disk, list },
  })
  engine.start()
}

export function reload(): void {
  engine.stop()
  openPage()
}

/** As `reload`, of a page that keeps things on the disk. */
export async function reloadKept(): Promise<void> {
  engine.stop()
  const disk = new Disk(me)
  const reading = readKept(disk)
  await settle(100)
  openPage(disk, (await reading).inbox)
}

/** A new server, and a page in front of it. */
export function begin(random: Random): void {
  server = new FakeServer(me, random)
  store = new MemoryStore()
  openPage()
}

export const text = (content: string): Content => ({ media: 1, content })
export const settle = (ms = 120_000) => vi.advanceTimersByTimeAsync(ms)
export const shown = (key: ChatKey) => engine.catchup.timeline(key)?.messages.map(({ content }) => content) ?? []
export const stored = (key: ChatKey) => server.rows(key).map(({ content }) => content)

/** The list as its reader sees it. The number of the last change is known only where the server was asked since. */
export function listed(): Record<string, object> {
  const rows = [...engine.oneself.acts.shownRows(engine.inbox.rows).values()].filter(({ last }) => last)
  return Object.fromEntries(rows.map(({ change: _change, ...row }) => [chatKey(row.kind, row.dstid), row]))
}

export function useEngine(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 })
    begin(new Random(1))
  })

  afterEach(() => {
    vi.restoreAllMocks()
    engine.stop()
    vi.useRealTimers()
  })
}
