import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { language } from '@/i18n'
import { useChat } from '@/features/messages/chat'
import { useConnection } from '@/features/connection/connection'
import { useConversations } from '@/features/conversations/conversations'
import { useDrafts } from '@/features/conversations/drafts'
import { useLook } from '@/features/shell/look'
import { useSession } from '@/features/accounts/account'
import { localStore, namesWith } from '@/state/storage'
import { useTyping } from '@/features/conversations/typing'
import { FakeServer } from '../fake-server'
import { Random } from '../random'

const me = 7
let server: FakeServer
let page: { visibilityState: string; listeners: Map<string, (() => void)[]> }

const settle = (ms = 3_000) => vi.advanceTimersByTimeAsync(ms)

/** As much of a browser as the stores touch. */
function stubBrowser(): void {
  const listeners = new Map<string, (() => void)[]>()
  const addEventListener = (name: string, listen: () => void) => listeners.set(name, [...(listeners.get(name) ?? []), listen])
  const document = { visibilityState: 'visible', listeners, addEventListener, removeEventListener: () => undefined }
  page = document
  const kept = new Map<string, string>()
  vi.stubGlobal('document', document)
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('addEventListener', addEventListener)
  vi.stubGlobal('location', { href: `http://page/chat/index.shtml?id=${me}`, protocol: 'http:', host: 'page', replace: vi.fn() })
  vi.stubGlobal('history', { state: null, replaceState: vi.fn() })
  vi.stubGlobal('sessionStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value), removeItem: (name: string) => kept.delete(name) })
  vi.stubGlobal('fetch', server.fetch)
  vi.stubGlobal('WebSocket', function () {
    return server.connect()
  })
}

function showPage(state: 'visible' | 'hidden'): void {
  page.visibilityState = state
  for (const listen of page.listeners.get('visibilitychange') ?? []) listen()
}

async function openPage(): Promise<void> {
  setActivePinia(createPinia())
  useConversations()
  useConnection()
  void useSession().start(me)
  await settle()
}

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  server = new FakeServer(me, new Random(1))
  stubBrowser()
  for (let count = 1; count <= 80; count++) server.write('10/42', 42, `m${count}`)
  await settle(1)
  server.write('11/3', 51, '早')
  await openPage()
})

afterEach(() => {
  for (const name of namesWith('magpie:')) localStore.removeItem(name)
  vi.unstubAllGlobals()
  vi.useRealTimers()
  language.value = 'zh'
})

describe('the list', () => {
  it('shows names, the last message with its author in groups, and what is unread', async () => {
    expect(useConversations().rows[0].preview).toBe('用户 51：早')
    await settle()
    const { rows, unread } = useConversations()
    expect(rows).toMatchObject([
      { key: '11/3', title: '周末爬山', preview: 'user 51：早', unread: 1 },
      { key: '10/42', title: '林晓雨', preview: 'm80', unread: 80 },
    ])
    expect(unread).toBe(81)
  })

  it('asks for an unknown author once, however often the list is drawn', async () => {
    for (let count = 0; count < 5; count++) {
      server.write('11/3', 51, `word ${count}`)
      await settle()
      expect(useConversations().rows[0].preview).toContain('word')
    }
    expect(server.asked.filter((id) => id === 51)).toHaveLength(1)
  })

  it('follows the language', () => {
    server.log.clear()
    language.value = 'en'
    expect(useConversations().target('11/99').title).toBe('Group 99')
    language.value = 'zh'
    expect(useConversations().target('11/99').title).toBe('群 99')
    expect(useConversations().target('10/7').title).toBe('我的笔记')
  })

  it('keeps drafts over a reload, also of a chat without messages', async () => {
    useDrafts().set('10/7', { text: '没写完' })
    await openPage()
    expect(useConversations().rows.find(({ key }) => key === '10/7')).toMatchObject({ draft: '没写完', last: 'none' })
    useDrafts().set('10/7', { text: '  ' })
    expect(useConversations().rows.some(({ key }) => key === '10/7')).toBe(false)
  })
})

describe('an open chat', () => {
  it('reaches back to the first unread message and says where it is', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    const chat = useChat()
    expect(chat.firstUnread).toBe(1)
    expect(chat.entries).toHaveLength(80)
    expect(chat.hasOlder).toBe(false)
    expect(chat.loading).toBe(false)
  })

  it('keeps the entries that did not change the same, so that nothing is drawn again', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    const before = useChat().entries
    server.write('10/42', 42, 'new')
    await settle()
    const after = useChat().entries
    expect(after).toHaveLength(before.length + 1)
    expect(after.slice(0, -1).every((entry, index) => entry === before[index])).toBe(true)
  })

  it('shows a message at once, under the same key before and after it is stored', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    useChat().send({ media: 1, content: '你好' })
    const pending = useChat().entries.at(-1)!
    expect(pending).toMatchObject({ state: 'pending', own: true, seq: 0, message: { content: '你好' } })
    await settle()
    expect(useChat().entries.at(-1)).toMatchObject({ state: 'sent', key: pending.key, seq: 81, read: false })
    expect(useConversations().rows[0]).toMatchObject({ key: '10/42', preview: '你好', last: 'sent' })
  })

  it('gives a notice of what the user did no tick: nobody has to receive it', async () => {
    server.write('11/3', me, '小安加入了群', 90)
    await settle()
    expect(useConversations().rows.find(({ key }) => key === '11/3')).toMatchObject({ preview: '小安加入了群', last: 'none' })
  })

  it('keeps a refused text until it is sent again or dropped', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    useChat().send({ media: 1, content: 'forbidden' })
    await settle()
    const failed = useChat().entries.at(-1)!
    expect(failed).toMatchObject({ state: 'failed', reason: '没有权限' })
    expect(useConversations().rows.find(({ key }) => key === '10/42')?.last).toBe('failed')
    useChat().retry(failed.key)
    expect(useChat().entries.at(-1)?.state).toBe('pending')
    await settle()
    useChat().remove(failed.key)
    expect(useChat().entries.at(-1)?.seq).toBe(80)
  })

  it('does not take a message without what its kind needs', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    expect(() => useChat().send({ media: 4 })).toThrow(RangeError)
  })

  it('marks as read what the reader saw, but only while the page is visible', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    useChat().seen(80)
    await settle()
    expect(server.read.get('10/42')).toBe(80)
    expect(useConversations().unread).toBe(1)
    showPage('hidden')
    server.write('10/42', 42, 'later')
    await settle()
    useChat().seen(81)
    await settle()
    expect(useConversations().unread).toBe(2)
    showPage('visible')
    await settle()
    expect(server.read.get('10/42')).toBe(81)
    expect(useConversations().unread).toBe(1)
  })

  it('can be opened by its address before the list is there', async () => {
    setActivePinia(createPinia())
    useConversations()
    void useSession().start(me)
    while (!useSession().ready) await vi.advanceTimersByTimeAsync(10)
    void useChat().open('10/42')
    expect(useChat().loading).toBe(true)
    await settle()
    expect(useChat().firstUnread).toBe(1)
  })
})

describe('typing', () => {
  it('is told every few seconds while the reader types, for each chat', async () => {
    for (let tenths = 0; tenths < 70; tenths++) {
      useTyping().tell('10/42')
      await settle(100)
    }
    useTyping().tell('11/3')
    await settle()
    const [one, two, three, four] = server.heard.filter(({ cmd }) => cmd === 12)
    expect([one, two, three]).toEqual(Array(3).fill({ cmd: 12, kind: 10, dstid: 42 }))
    expect(four).toEqual({ cmd: 12, kind: 11, dstid: 3 })
  })

  it('is shown in words until it is over or the message comes', async () => {
    const words = () => useConversations().rows.map(({ key, typing }) => [key, typing])
    server.tell({ cmd: 12, userid: 42, kind: 10, dstid: me })
    for (const userid of [51, 52]) server.tell({ cmd: 12, userid, kind: 11, dstid: 3 })
    await settle(500)
    expect(words()).toEqual([['11/3', '2 人正在输入…'], ['10/42', '正在输入…']])
    expect(useTyping().who('11/3')).toEqual([51, 52])
    server.write('11/3', 52, '好')
    await settle(500)
    expect(useConversations().typing('11/3')).toBe('user 51 正在输入…')
    await settle(6_000)
    expect(words()).toEqual([['11/3', ''], ['10/42', '']])
  })
})

describe('what is on the screen', () => {
  const looks = () => server.heard.filter(({ cmd }) => cmd === 18).map(({ cmd: _, ...look }) => look)

  it('is told when it changes, when the page is hidden, and to each connection', async () => {
    useLook().friends = true
    await settle()
    void useChat().open('11/3')
    await settle()
    showPage('hidden')
    await settle()
    showPage('visible')
    await settle()
    server.cut()
    await settle(40_000)
    useLook().friends = false
    useChat().close()
    await settle()
    const room = { kind: 11, dstid: 3, friends: 1 }
    expect(looks()).toEqual([{ friends: 0 }, { friends: 1 }, room, { friends: 0 }, room, room, { friends: 0 }])
  })

  it('is brought up to date when the reader begins to look', async () => {
    const online = () => useConversations().rows.find(({ key }) => key === '10/42')?.online
    useLook()
    await settle()
    server.online.add(42)
    expect(online()).toBe(false)
    useLook().friends = true
    await settle()
    expect(online()).toBe(true)
    server.tell({ cmd: 17, userid: 42, online: 0 })
    await settle()
    expect(online()).toBe(false)
    useLook().friends = false
    await settle()
    void useChat().open('10/42')
    await settle()
    expect(online()).toBe(true)
  })
})

describe('the connection', () => {
  it('is spoken of after two seconds offline, and for a second after it is back', async () => {
    const connection = useConnection()
    expect(connection).toMatchObject({ state: 'online', troubled: false, attempts: 0 })
    vi.stubGlobal('WebSocket', function () {
      return { send: () => undefined, close: () => undefined }
    })
    server.cut()
    await settle(1_500)
    expect(connection.troubled).toBe(false)
    await settle(1_000)
    expect(connection).toMatchObject({ troubled: true, recovered: false })
    vi.stubGlobal('WebSocket', function () {
      return server.connect()
    })
    while (connection.state !== 'online') await vi.advanceTimersByTimeAsync(100)
    expect(connection).toMatchObject({ troubled: false, recovered: true })
    await settle(1_500)
    expect(connection.recovered).toBe(false)
  })
})
