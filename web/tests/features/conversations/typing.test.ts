import { describe, expect, it } from 'vitest'
import { useConversations } from '@/features/conversations/conversations'
import { useTyping } from '@/features/conversations/typing'
import { me, server, settle, usePage } from '../../fake-page'

usePage()

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
    expect(words()).toEqual([
      ['11/3', '2 人正在输入…'],
      ['10/42', '正在输入…'],
    ])
    expect(useTyping().who('11/3')).toEqual([51, 52])
    server.write('11/3', 52, '好')
    await settle(500)
    expect(useConversations().typing('11/3')).toBe('user 51 正在输入…')
    await settle(6_000)
    expect(words()).toEqual([
      ['11/3', ''],
      ['10/42', ''],
    ])
  })
})
