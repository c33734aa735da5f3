/**
 * A page of one user in front of the fake server: as much of a browser as the stores touch, on fake
 * timers. `usePage` sets it up before each test of a file.
 */
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, vi } from 'vitest'
import { useAccount } from '@/features/accounts/account'
import { useConnection } from '@/features/connection/connection'
import { useConversations } from '@/features/conversations/conversations'
import { language } from '@/i18n'
import { localStore, namesWith } from '@/state/storage'
import { FakeServer } from './fake-server'
import { Random } from './random'

export const me = 7
/** The server of the test that runs: 80 messages of user 42, one of user 51 in group 3. */
export let server: FakeServer
let page: { visibilityState: string; listeners: Map<string, (() => void)[]> }

export const settle = (ms = 3_000) => vi.advanceTimersByTimeAsync(ms)

function stubBrowser(): void {
  const listeners = new Map<string, (() => void)[]>()
  const addEventListener = (name: string, listen: () => void) =>
    listeners.set(name, [...(listeners.get(name) ?? []), listen])
  page = { visibilityState: 'visible', listeners }
  const kept = new Map<string, string>()
  vi.stubGlobal(
    'document',
    Object.assign(page, { addEventListener, hasFocus: () => true, removeEventListener: () => undefined }),
  )
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('addEventListener', addEventListener)
  vi.stubGlobal('location', {
    href: `http://page/chat/index.shtml?id=${me}`,
    protocol: 'http:',
    host: 'page',
    replace: vi.fn(),
  })
  vi.stubGlobal('history', { state: null, replaceState: vi.fn() })
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  })
  vi.stubGlobal('fetch', server.fetch)
  stubSocket(() => server.connect())
}

/** What `new WebSocket` gives from now on. */
export function stubSocket(open: () => object): void {
  vi.stubGlobal('WebSocket', function () {
    return open()
  })
}

export function showPage(state: 'visible' | 'hidden'): void {
  page.visibilityState = state
  for (const listen of page.listeners.get('visibilitychange') ?? []) listen()
}

/** The page begins, or is loaded anew; nothing has been answered yet. */
export function startPage(): void {
  setActivePinia(createPinia())
  useConversations()
  useConnection()
  void useAccount().start(me)
}

export function usePage(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 })
    server = new FakeServer(me, new Random(1))
    stubBrowser()
    for (let count = 1; count <= 80; count++) server.write('10/42', 42, `m${count}`)
    await settle(1)
    server.write('11/3', 51, '早')
    startPage()
    await settle()
  })

  afterEach(() => {
    for (const name of namesWith('magpie:')) localStore.removeItem(name)
    vi.unstubAllGlobals()
    vi.useRealTimers()
    language.value = 'zh'
  })
}
