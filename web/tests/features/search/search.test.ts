import { describe, expect, it, vi } from 'vitest'
import { useChat } from '@/features/messages/chat'
import { useSearch } from '@/features/search/search'
import { router } from '@/router'
import { useLive } from '@/state/live'
import { localStore } from '@/state/storage'
import { me, server, settle, startPage, usePage } from '../../fake-page'

vi.mock('@/router', () => ({
  chatOf: () => '',
  chatPath: (key: string, at = 0) => `/c/${key}${at ? `?at=${at}` : ''}`,
  router: { currentRoute: { value: { params: {} } }, push: vi.fn() },
}))

usePage()

const texts = () => useSearch().rows.map(({ message }) => message.content)

async function look(query: string): Promise<ReturnType<typeof useSearch>> {
  const search = useSearch()
  search.query = query
  await settle()
  return search
}

describe('what is looked for', () => {
  it('is asked for after a pause, not at each key', async () => {
    const search = useSearch()
    for (const query of ['m', 'm7', 'm77 ']) {
      search.query = query
      await settle(100)
    }
    expect(server.searched).toEqual([])
    await settle()
    expect(server.searched.map(({ q }) => q)).toEqual(['m77'])
    expect(texts()).toEqual(['m77'])
    search.query = 'm77'
    await settle()
    expect(server.searched).toHaveLength(1)
    search.query = ''
    await settle()
    expect(texts()).toEqual([])
    expect(server.searched).toHaveLength(1)
  })

  it('is never answered by what is late', async () => {
    const search = await look('m7')
    server.latency = () => 5_000
    search.query = 'm1'
    await settle(300)
    server.latency = () => 1
    search.query = 'm80'
    await settle(1_000)
    expect(texts()).toEqual(['m80'])
    await settle(20_000)
    expect(texts()).toEqual(['m80'])
  })

  it('comes page by page, each message once', async () => {
    const search = await look('m')
    expect(texts()).toHaveLength(50)
    expect(search.more).toBe(true)
    void search.next()
    await Promise.all([search.next(), settle()])
    expect(texts()).toHaveLength(80)
    expect(new Set(texts()).size).toBe(80)
    expect(search.more).toBe(false)
    await Promise.all([search.next(), settle()])
    expect(server.searched).toHaveLength(2)
  })

  it('is narrowed down at once, and people are not looked for then', async () => {
    server.write('11/3', 42, 'm in the group')
    const search = await look('m')
    expect(server.askedNames).toEqual(['m'])
    search.narrow({ chat: '11/3' })
    await settle(250)
    expect(texts()).toEqual(['m in the group'])
    expect(server.searched.at(-1)).toMatchObject({ kind: 11, dstid: 3 })
    search.narrow({ from: me })
    await settle()
    expect(texts()).toEqual([])
    expect(server.askedNames).toEqual(['m'])
    search.narrow({ from: 0, chat: '' })
    await settle()
    expect(texts()).toHaveLength(50)
  })
})

describe('what is found', () => {
  it('follows edits and recalls, and what the reader hides', async () => {
    await look('m7')
    expect(texts()).toHaveLength(11)
    const [seventh, last] = [server.rows('10/42')[6], server.rows('10/42')[78]]
    server.alter('10/42', 42, { cmd: 14, id: last.id })
    await settle(300)
    expect(texts()).not.toContain('m79')
    server.alter('10/42', 42, { cmd: 15, id: seventh.id, content: 'm7, edited' })
    await settle(5_000)
    expect(texts().at(-1)).toBe('m7, edited')
    server.alter('10/42', 42, { cmd: 15, id: seventh.id, content: 'something else' })
    await settle(5_000)
    expect(texts()).toHaveLength(9)
    server.oneself('10/42', { do: 'hide', ids: [server.rows('10/42')[77].id] })
    await settle(5_000)
    expect(texts()[0]).toBe('m77')
  })

  it('keeps the pages that were read when the first is asked for again', async () => {
    const search = await look('m')
    await Promise.all([search.next(), settle()])
    server.write('10/42', 42, 'm81')
    server.cut()
    await settle(40_000)
    expect(texts()).toHaveLength(81)
    expect(texts()[0]).toBe('m81')
    expect(texts().at(-1)).toBe('m1')
  })

  it('is told in words when it fails, and comes by itself when it can', async () => {
    server.refusedCalls.set('/message/search', { code: -403, msg: '没有权限' })
    const search = await look('m7')
    expect(search).toMatchObject({ trouble: '没有权限', waiting: false, rows: [] })
    server.refusedCalls.clear()
    search.retry()
    await settle()
    expect(texts()).toHaveLength(11)
    server.refusedCalls.set('/message/search', { code: -503, msg: '稍后再试' })
    await look('m8')
    expect(search.trouble).toBe('稍后再试')
    server.refusedCalls.clear()
    await settle(5_000)
    expect(search.trouble).toBe('')
    expect(texts()).toEqual(['m80', 'm8'])
  })

  it('is asked for again after a time without a network', async () => {
    await settle()
    server.cut()
    server.faults.failCall = 1
    const search = await look('m7')
    expect(search.trouble).not.toBe('')
    server.faults.failCall = 0
    await settle(40_000)
    expect(search.trouble).toBe('')
    expect(texts()).toHaveLength(11)
  })
})

describe('people and groups', () => {
  it('are known here by their names, and by pinyin at the server', async () => {
    server.names.set('lxy', [{ kind: 10, dstid: 42, name: '林晓雨', remark: '', avatar: '' }])
    const search = await look('晓')
    expect(search.people).toMatchObject([{ key: '10/42', name: '林晓雨' }])
    expect(search.groups).toEqual([])
    await look('lxy')
    expect(search.people).toMatchObject([{ key: '10/42' }])
    await look('爬山')
    expect(search.groups).toMatchObject([{ key: '11/3', name: '周末爬山' }])
    server.refusedCalls.set('/contact/search', { code: -403, msg: '不行' })
    await look('林')
    expect(search.people).toMatchObject([{ key: '10/42' }])
    await look('nobody')
    expect(search.people).toEqual([])
  })
})

describe('what was looked for before', () => {
  it('is kept on this device until it is taken away, or the reader logs out', async () => {
    const search = useSearch()
    search.begin('')
    for (const query of ['一', '二', '一']) {
      await look(query)
      search.remember()
    }
    expect(search.recent).toEqual(['一', '二'])
    startPage()
    await settle()
    useSearch().begin('')
    expect(useSearch().recent).toEqual(['一', '二'])
    useSearch().forget('一')
    expect(useSearch().recent).toEqual(['二'])
    expect(localStore.getItem(`magpie:searches:${me}`)).toBe('["二"]')
    void useLive().forget()
    expect(useSearch().recent).toEqual([])
    expect(localStore.getItem(`magpie:searches:${me}`)).toBeNull()
  })

  it('is ten queries at most', async () => {
    const search = useSearch()
    for (let count = 1; count <= 12; count++) {
      await look(`q${count}`)
      search.remember()
    }
    expect(search.recent).toHaveLength(10)
    expect(search.recent[0]).toBe('q12')
  })
})

describe('a find', () => {
  it('is worth to be asked for again once it was opened, and leads to its place', async () => {
    const search = await look('m77')
    search.openMessage(search.rows[0])
    expect(router.push).toHaveBeenLastCalledWith('/c/10/42?at=77')
    expect(search.recent).toEqual(['m77'])
    expect(search.opened).toBe(search.rows[0].message.id)
    await look('晓')
    search.openChat(search.people[0])
    expect(search.opened).toBe('10/42')
    expect(search.recent).toEqual(['晓', 'm77'])
    search.end()
    await settle()
    expect(search).toMatchObject({ query: '', rows: [], people: [], opened: 0 })
  })
})

describe('a chat at a message', () => {
  it('opens there', async () => {
    for (let count = 81; count <= 400; count++) server.write('10/42', me, `own ${count}`, { dstid: 42 })
    await settle()
    await Promise.all([useChat().open('10/42', 60), settle()])
    expect(useChat()).toMatchObject({ start: { seq: 60 }, hasNewer: true })
    expect(useChat().entries.some(({ seq }) => seq === 60)).toBe(true)
  })
})
