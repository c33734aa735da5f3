import { describe, expect, it } from 'vitest'
import { useConversations } from '@/features/conversations/conversations'
import { useChat } from '@/features/messages/chat'
import { useLook } from '@/features/shell/look'
import { server, settle, showPage, usePage } from '../../fake-page'

usePage()

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
