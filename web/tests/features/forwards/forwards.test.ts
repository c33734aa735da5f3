import { describe, expect, it } from 'vitest'
import { useForwards } from '@/features/forwards/forwards'
import { useTargets } from '@/features/forwards/targets'
import { useSelection } from '@/features/forwards/selection'
import { parseForwarded, parseRecorded } from '@/protocol/forwards'
import { limits } from '@/protocol/limits'
import { parseMessage, type Message } from '@/protocol/messages'
import { previewOf } from '@/protocol/preview'
import { shown } from '@/ui/dialogs'
import { me, server, settle, startPage, stubSocket, usePage } from '../../fake-page'
import { wire } from '../../wire'

usePage()

const said = (key: '10/42' | '11/3', from = 80) =>
  server
    .rows(key)
    .slice(from)
    .map(({ content, fwd, media }) => [content, fwd ?? 0, media])
const ids = () => server.rows('10/42').map(({ id }) => id)

describe('forwarding', () => {
  it('copies to each chat, and says one’s own word after it', async () => {
    useForwards().forward('10/42', ids().slice(0, 2), ['11/3', '10/42'], false, '看一下')
    await settle(1_500)
    const copies = [
      ['m1', 42, 1],
      ['m2', 42, 1],
      ['看一下', 0, 1],
    ]
    expect(said('11/3', 1)).toEqual(copies)
    expect(said('10/42')).toEqual(copies)
    expect(shown.toasts.at(-1)).toMatchObject({ text: '已转发', kind: 'info' })
  })

  it('says in plain words who got nothing, and says nothing there', async () => {
    server.refusesForwards.add('10/42')
    useForwards().forward('10/42', ids().slice(0, 1), ['10/42', '11/3'], true, '看一下')
    await settle()
    expect(said('10/42')).toEqual([])
    expect(said('11/3', 1)).toEqual([
      ['record', 0, 12],
      ['看一下', 0, 1],
    ])
    const words = shown.toasts.map(({ text }) => text.replace(/[\u2068\u2069]/g, ''))
    expect(words).toContain('没有转发给 林晓雨：你们还不是好友')
  })

  it('is made again under its cid when the answer is lost, and sends nothing twice', async () => {
    server.faults.failCall = 0.6
    useForwards().forward('10/42', ids().slice(0, 1), ['11/3'], false, '一次')
    await settle(120_000)
    server.faults.failCall = 0
    await settle(10_000)
    expect(new Set(server.forwarded).size).toBe(1)
    expect(said('11/3', 1)).toEqual([
      ['m1', 42, 1],
      ['一次', 0, 1],
    ])
  })

  it('waits for the network, over a reload too', async () => {
    stubSocket(() => ({ send: () => undefined, close: () => undefined }))
    server.cut()
    await settle()
    useForwards().forward('10/42', ids().slice(0, 1), ['11/3'], false, '')
    expect(shown.toasts.at(-1)?.text).toContain('稍后会自动转发')
    await settle()
    expect(server.forwarded).toEqual([])
    stubSocket(() => server.connect())
    startPage()
    useForwards()
    await settle(20_000)
    // The page before is still there, as in another tab.
    expect(new Set(server.forwarded).size).toBe(1)
    expect(said('11/3', 1)).toEqual([['m1', 42, 1]])
    const calls = server.forwarded.length
    startPage()
    useForwards()
    await settle(20_000)
    expect(server.forwarded).toHaveLength(calls)
  })

  it('goes to recent chats, friends and groups, found by name', async () => {
    server.friends.push({ id: 43, nickname: 'Zoe' })
    startPage()
    await settle()
    const titles = (word: string) => useTargets(() => word).found.value.map(({ name }) => name)
    expect(titles('').sort()).toEqual(['Zoe', '周末爬山', '林晓雨'])
    expect(titles(' zO')).toEqual(['Zoe'])
    expect(titles('爬山')).toEqual(['周末爬山'])
  })
})

describe('selecting', () => {
  const row = (seq: number): Message => ({
    ...{ id: seq, seq, ver: seq, userid: me, dstid: 42, cmd: 10, media: 1, content: `${seq}`, createat: seq },
  })

  it('keeps what was chosen in the order of the chat, without what is recalled meanwhile', () => {
    const now = new Map<number, Message>()
    const { active, messages, begin, end, selecting } = useSelection((id) => now.get(id))
    begin(row(3))
    selecting.toggle(row(1))
    selecting.toggle(row(2))
    expect([active.value, messages.value.map(({ seq }) => seq)]).toEqual([true, [1, 2, 3]])
    selecting.toggle(row(3))
    for (const no of [
      { ...row(4), recalled: 1 as const },
      { ...row(5), media: 90 },
      { media: 1, content: 'on its way' },
    ])
      selecting.toggle(no)
    expect(messages.value.map(({ seq }) => seq)).toEqual([1, 2])
    end()
    begin(row(2))
    now.set(2, { ...row(2), recalled: 1 })
    expect(useSelection((id) => now.get(id)).messages.value).toEqual([])
    end()
    expect([active.value, messages.value]).toEqual([false, []])
  })

  it('ends at as many as can be forwarded at once', () => {
    const { messages, begin, selecting } = useSelection(() => undefined)
    begin(row(1))
    for (let seq = 2; seq < 2 + limits.forward; seq++) selecting.toggle(row(seq))
    expect(messages.value).toHaveLength(limits.forward)
    expect(shown.toasts.at(-1)?.text).toBe('一次最多选择 100 条')
  })
})

it('copies and records are read as the server tells them', () => {
  const { record, copy, inside, answer } = wire('message-forwarded')
  expect(parseMessage(record)).toEqual(record)
  expect(parseMessage(copy)).toEqual(copy)
  expect(inside.map(parseRecorded)).toEqual(inside)
  expect(previewOf(record, (key) => key)).toBe('preview.record 林晓雨和周航的聊天记录')
  expect(answer.map(parseForwarded)).toEqual([
    { key: '10/42', code: 0, msg: '' },
    { key: '11/3', code: -403, msg: '你不是该群成员' },
  ])
})
