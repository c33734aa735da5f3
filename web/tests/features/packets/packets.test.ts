import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useAsideWords, usePacketCard } from '@/features/packets/card'
import { usePackets } from '@/features/packets/packets'
import { usePutting, whole } from '@/features/packets/putting'
import { useChat } from '@/features/messages/chat'
import { Code } from '@/protocol/codes'
import type { Packet } from '@/protocol/packets'
import { useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'
import { me, server, settle, usePage } from '../../fake-page'
import { mount } from '../../mount'

const group = '11/3'
/** What the server says of packet 9. */
let told: Record<string, unknown>
let balance: number
/** Calls about packets, as they came. */
let calls: [string, Record<string, unknown>][]
/** What the next one is refused with. */
let refusal: Error | null

usePage()
beforeEach(() => {
  told = { userid: 51, amount: 100, count: 3, opened: 0, left: 100, mode: 'lucky', memo: '', state: 'open', rows: [] }
  calls = []
  balance = 500
  refusal = null
  const { api } = useLive()
  const real = api.call.bind(api)
  vi.spyOn(api, 'call').mockImplementation(async (path, fields = {}) => {
    if (path === '/wallet/balance') return { data: { balance } } as never
    if (!path.startsWith('/redpacket/')) return real(path, fields)
    calls.push([path, fields])
    await Promise.resolve()
    if (refusal) {
      const error = refusal
      refusal = null
      throw error
    }
    const { opened, count, state } = told
    return { data: path.endsWith('info') ? told : { amount: 40, state, opened, count } } as never
  })
})

const paths = () => calls.map(([path]) => path.slice('/redpacket/'.length))
const opens = (userid: number, opened: number) =>
  server.tell({ cmd: 24, id: 9, kind: 11, dstid: 3, userid, opened, count: 3 })
const share = (userid: number, amount: number) => ({ userid, amount, createat: 1, best: 0 })

describe('the card of a packet', () => {
  const message = (more: object = {}) => ({
    id: 9,
    media: 5,
    url: '/redpacket/9',
    userid: 51,
    cmd: 11 as const,
    ...more,
  })

  it('is asked for once, and tells how it stands for the reader', async () => {
    const card = usePacketCard()
    expect(card(message())).toEqual({ hint: '点击领取', pale: false })
    expect(card(message()).pale).toBe(false)
    await settle()
    expect(paths()).toEqual(['info'])
    const packets = usePackets()
    const seen = (more: Partial<Packet>, who: object = {}) => {
      packets.known.set(9, { ...(told as unknown as Packet), ...more })
      return card(message(who))
    }
    expect(seen({ rows: [{ ...share(me, 40), best: false }] })).toEqual({ hint: '已领取', pale: true })
    expect(seen({ state: 'empty' })).toEqual({ hint: '已被领完', pale: true })
    expect(seen({ state: 'expired' })).toEqual({ hint: '已过期', pale: true })
    expect(seen({}, { userid: me })).toEqual({ hint: '查看红包', pale: false })
    expect(seen({}, { userid: me, cmd: 10 })).toEqual({ hint: '等待对方领取', pale: false })
    expect(seen({ state: 'empty' }, { userid: me, cmd: 10 })).toEqual({ hint: '已被领取', pale: true })
  })

  it('is asked for again after the connection was gone, unless nothing can have changed', async () => {
    const packets = usePackets()
    packets.get(9)
    await settle()
    server.cut()
    await settle(10_000)
    packets.get(9)
    await settle()
    expect(paths()).toEqual(['info', 'info'])
    told.state = 'empty'
    server.cut()
    await settle(10_000)
    packets.get(9)
    await settle()
    packets.get(9)
    server.cut()
    await settle(10_000)
    packets.get(9)
    await settle()
    expect(paths()).toHaveLength(3)
  })
})

describe('who opened it', () => {
  it('is a line in the chat of the sender and of who opened it, until the page is gone', async () => {
    const chat = useChat()
    const words = useAsideWords()
    const packets = usePackets()
    await Promise.all([chat.open(group), settle()])
    opens(42, 1)
    await settle()
    expect(packets.asides.size).toBe(0) // of others' packets others hear nothing
    expect(packets.known.get(9)).toMatchObject({ opened: 0 })
    told.rows = [share(42, 10), share(me, 40)]
    opens(me, 2)
    await settle()
    packets.asides.get(group)?.map(words) // names are asked for when they are shown
    await settle()
    expect(packets.asides.get(group)?.map(words)).toEqual(['你领取了user 51的红包'])
    server.write(group, 51, '之后')
    await settle()
    const said = chat.entries.map(({ message }) => message.content)
    expect(said.slice(-3)).toEqual(['早', '你领取了user 51的红包', '之后'])
    const [aside] = chat.entries.slice(-2)
    expect(aside).toMatchObject({ seq: 0, own: true })
  })

  it('is told to the sender by name, with the last one', async () => {
    told = { ...told, userid: me }
    const words = useAsideWords()
    const packets = usePackets()
    await packets.look(9)
    opens(42, 1)
    opens(42, 1) // told twice is one line
    opens(me, 2)
    opens(51, 3)
    await settle()
    const lines = () => packets.asides.get(group)?.map(words)
    lines()
    await settle()
    expect(lines()).toEqual(['林晓雨领取了你的红包', '你领取了自己的红包', 'user 51领取了你的红包，你的红包已被领完'])
  })
})

describe('sending one', () => {
  const put = (chat: '10/42' | '11/3' = '11/3') => mount(() => usePutting(chat, chat === '11/3')).given

  it('asks for what is missing, and for no more than there is', async () => {
    const form = put()
    await settle()
    expect(await form.send()).toBe('')
    expect([form.countProblem.value, form.amountProblem.value]).toEqual(['请填写红包个数，1 到 100 个', '请填写积分'])
    form.number.value = '5'
    form.points.value = '4'
    expect(form.amountProblem.value).toBe('每个红包至少 1 积分')
    form.mode.value = 'equal'
    expect(form.amount.value).toBe(20)
    form.points.value = '101'
    expect(form.amountProblem.value).toBe('余额不足')
    form.number.value = '101'
    expect(form.countProblem.value).not.toBe('')
    expect(calls).toEqual([])
    expect(['12', ' 7 ', '1.5', '-1', '1e3', '99999999999999', ''].map(whole)).toEqual([12, 7, 0, 0, 0, 0, 0])
  })

  it('is done once, however often it is pressed', async () => {
    const form = put()
    form.number.value = '2'
    form.points.value = '30'
    form.memo.value = ' 好运 '
    expect(await Promise.all([form.send(), form.send(), form.send()])).toEqual(['sent', '', ''])
    expect(calls).toHaveLength(1)
    const [path, { cid, ...fields }] = calls[0]
    expect(path).toBe('/redpacket/send')
    expect(fields).toEqual({ kind: 11, dstid: 3, amount: 30, count: 2, mode: 'lucky', memo: '好运' })
    expect(cid).toBeTruthy()
  })

  it('goes on with the same packet when no answer came, and says so', async () => {
    const form = put('10/42')
    form.points.value = '30'
    refusal = new ApiError(Code.Network, '网络')
    expect(await form.send()).toBe('')
    expect(form.trouble.value).toContain('不会重复扣除')
    expect(await form.send()).toBe('sent')
    expect(calls[0][1].cid).toBe(calls[1][1].cid)
  })

  it('has arrived, should something be changed after no answer came', async () => {
    const form = put('10/42')
    form.points.value = '30'
    refusal = new ApiError(Code.Network, '网络')
    await form.send()
    form.points.value = '31'
    refusal = new ApiError(Code.Conflict, '已被使用')
    expect(await form.send()).toBe('before')
  })

  it('is another one after a refusal', async () => {
    const form = put('10/42')
    form.points.value = '30'
    refusal = new ApiError(Code.Refused, '余额不足')
    balance = 10
    expect(await form.send()).toBe('')
    expect(form.trouble.value).toBe('余额不足')
    await settle()
    expect(form.balance.value).toBe(10)
    form.points.value = '5'
    expect(await form.send()).toBe('sent')
    expect(calls[0][1].cid).not.toBe(calls[1][1].cid)
  })

  it('does not wait for a connection', async () => {
    const form = put('10/42')
    await settle()
    form.points.value = '30'
    server.cut()
    await settle(0)
    expect(await form.send()).toBe('')
    expect(form.trouble.value).toContain('不会排队')
    expect(calls).toEqual([])
  })
})
