import { describe, expect, it, vi } from 'vitest'
import { useArranging, type ChatAct } from '@/features/conversations/arranging'
import { useConversations } from '@/features/conversations/conversations'
import { useDrafts } from '@/features/drafts/drafts'
import { useChat } from '@/features/messages/chat'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import { localStore, namesWith } from '@/state/storage'
import { shown } from '@/ui/dialogs'
import { server, settle, startPage, stubSocket, usePage } from '../../fake-page'

vi.mock('@/router', () => ({
  chatOf: () => '',
  router: { currentRoute: { value: { params: {} } }, replace: vi.fn() },
}))

usePage()

const row = (key: ChatKey = '10/42') => useConversations().rows.find((one) => one.key === key)
const keys = () => useConversations().listed.map(({ key }) => key)

/** Chooses something of the menu of a chat; a question is answered with yes. */
async function choose(name: ChatAct['name'], key: ChatKey = '10/42'): Promise<void> {
  useArranging()
    .acts(key)
    .find((act) => act.name === name)!
    .act()
  await agree()
}

async function agree(): Promise<void> {
  shown.dialogs.at(-1)?.finish(true)
  await settle(0)
}

/** A network that never answers. */
async function goOffline(): Promise<void> {
  stubSocket(() => ({ send: () => undefined, close: () => undefined }))
  server.cut()
  await settle()
}

describe('what one does with a chat', () => {
  it('is seen at once, and in the server’s list soon', async () => {
    expect(keys()).toEqual(['11/3', '10/42'])
    await choose('pin')
    await choose('mute')
    expect(keys()).toEqual(['10/42', '11/3'])
    expect(row()).toMatchObject({ pinned: true, muted: true })
    await settle()
    expect(server.row('10/42')).toMatchObject({ pinned: 1, muted: 1 })
    expect(row()).toMatchObject({ pinned: true, muted: true })
    await choose('pin')
    expect(row()).toMatchObject({ pinned: false, muted: true })
  })

  it('waits for the network, over a reload too, in the order in which it was done', async () => {
    await goOffline()
    await choose('pin')
    await choose('mute')
    await choose('pin')
    expect(row()).toMatchObject({ pinned: false, muted: true })
    expect(server.row('10/42')).toMatchObject({ pinned: 0, muted: 0 })
    stubSocket(() => server.connect())
    startPage()
    await settle(20_000)
    expect(server.row('10/42')).toMatchObject({ pinned: 0, muted: 1 })
    expect(row()).toMatchObject({ pinned: false, muted: true })
    expect(namesWith('magpie:act:')).toEqual([])
  })

  it('is put back with the server’s words when it is refused', async () => {
    server.refusedCalls.set('/conversation/set', { code: -403, msg: '没有权限' })
    await choose('pin')
    expect(row()).toMatchObject({ pinned: true })
    await settle()
    expect(row()).toMatchObject({ pinned: false })
    expect(shown.toasts.at(-1)).toMatchObject({ kind: 'error', text: '没有权限' })
  })

  it('is tried again when the server is busy', async () => {
    server.refusedCalls.set('/conversation/set', { code: -503, msg: '稍后再试' })
    await choose('pin')
    await settle()
    expect(row()).toMatchObject({ pinned: true })
    server.refusedCalls.clear()
    await settle(10_000)
    expect(server.row('10/42')).toMatchObject({ pinned: 1 })
  })

  it('is made once, when another tab of the browser made it meanwhile', async () => {
    await goOffline()
    await choose('pin')
    for (const name of namesWith('magpie:act:')) localStore.removeItem(name)
    stubSocket(() => server.connect())
    await settle(60_000)
    expect(server.row('10/42')).toMatchObject({ pinned: 0 })
    expect(row()).toMatchObject({ pinned: false })
  })
})

describe('what counts', () => {
  it('is nothing of muted and archived chats, but for what names the reader', async () => {
    expect(useConversations().unread).toBe(81)
    await choose('mute')
    expect(useConversations().unread).toBe(1)
    server.write('10/42', 42, '在吗', { at: [7] })
    await settle(200)
    expect(useConversations().unread).toBe(2)
    await choose('archive', '11/3')
    expect(useConversations().unread).toBe(1)
    expect(keys()).toEqual(['10/42'])
    expect(useConversations().archived).toMatchObject([{ key: '11/3', unread: 1 }])
  })

  it('stays in the folder when a message comes; what was done can be undone', async () => {
    await choose('pin')
    await choose('archive')
    server.write('10/42', 42, '在吗')
    await settle()
    expect(useConversations().archived).toMatchObject([{ key: '10/42', preview: '在吗', pinned: false }])
    shown.toasts.at(-1)!.action!.act()
    await settle()
    expect(keys()).toEqual(['10/42', '11/3'])
    expect(server.row('10/42')).toMatchObject({ archived: 0, pinned: 1 })
  })

  it('is marked until the chat is opened, or read by the menu', async () => {
    await choose('mark')
    expect(row()).toMatchObject({ unread: 0, marked: false })
    await settle()
    expect(server.row('10/42')).toMatchObject({ read: 80, unread: 0 })
    await choose('mark')
    expect(row()).toMatchObject({ unread: 0, marked: true })
    await settle()
    expect(server.row('10/42')).toMatchObject({ marked: 1 })
    const opening = useChat().open('10/42')
    await settle()
    await opening
    expect(row()).toMatchObject({ marked: false })
    expect(server.row('10/42')).toMatchObject({ marked: 0 })
  })
})

describe('what goes', () => {
  async function open(): Promise<void> {
    const opening = useChat().open('10/42')
    await settle()
    await opening
    await Promise.all([useChat().toNewest(), settle()])
  }
  const texts = () => useChat().entries.map(({ message }) => message.content)

  it('is a message, on all devices, with what it counted', async () => {
    await open()
    void useArranging().hide([useChat().entries.at(-1)!.message as Message])
    await agree()
    expect(texts().at(-1)).toBe('m79')
    expect(row()).toMatchObject({ preview: 'm79', unread: 79 })
    await settle()
    expect(server.row('10/42')).toMatchObject({ hidden: 1, unread: 79 })
    expect(texts().at(-1)).toBe('m79')
    expect(row()).toMatchObject({ preview: 'm79', unread: 79 })
    // On another device, of messages that are here and not.
    const [first, , third] = server.rows('10/42')
    server.oneself('10/42', { do: 'hide', ids: [first.id, third.id, server.rows('10/42')[78].id] })
    await settle(250)
    expect(texts().at(-1)).toBe('m78')
    await settle()
    expect(row()).toMatchObject({ preview: 'm78', unread: 76 })
  })

  it('is many messages, as many in a call as the server takes', async () => {
    for (let count = 81; count <= 150; count++) server.write('10/42', 42, `m${count}`)
    await settle()
    void useArranging().hide(server.rows('10/42').slice(20))
    await agree()
    await settle()
    expect(server.row('10/42')).toMatchObject({ hidden: 2, unread: 20, last: { content: 'm20' } })
    expect(row()).toMatchObject({ preview: 'm20', unread: 20 })
  })

  it('is there again when the server refuses', async () => {
    await open()
    server.refusedCalls.set('/message/hide', { code: -403, msg: '没有权限' })
    void useArranging().hide([useChat().entries.at(-1)!.message as Message])
    await agree()
    expect(row()).toMatchObject({ preview: 'm79', unread: 79 })
    await settle()
    expect(texts().at(-1)).toBe('m80')
    expect(row()).toMatchObject({ preview: 'm80', unread: 80 })
  })

  it('is a whole history; the chat comes back with the next message', async () => {
    await open()
    await choose('clear')
    expect(texts()).toEqual([])
    expect(useChat().hasOlder).toBe(false)
    expect(keys()).toEqual(['11/3'])
    expect(useConversations().unread).toBe(1)
    await settle()
    server.write('10/42', 42, '还在吗')
    await settle()
    expect(texts()).toEqual(['还在吗'])
    expect(row()).toMatchObject({ preview: '还在吗', unread: 1 })
  })

  it('is not what came after it was cleared without a network', async () => {
    await goOffline()
    await choose('clear')
    server.write('10/42', 42, '还在吗')
    stubSocket(() => server.connect())
    await settle(60_000)
    expect(server.visible('10/42')).toHaveLength(1)
    expect(row()).toMatchObject({ preview: '还在吗', unread: 1 })
  })

  it('is a chat, with all that would keep it in the list', async () => {
    useDrafts().set('10/42', { text: '没写完' })
    await choose('pin')
    await choose('delete')
    expect(keys()).toEqual(['11/3'])
    await settle()
    expect(server.row('10/42')).toMatchObject({ pinned: 0, last: null })
    startPage()
    await settle()
    expect(keys()).toEqual(['11/3'])
  })

  it('is known after an absence in which it was done on another device', async () => {
    await open()
    server.cut()
    server.oneself('10/42', { do: 'hide', ids: [server.rows('10/42')[79].id] })
    server.oneself('10/42', { do: 'clear', seq: 70 })
    server.oneself('10/42', { do: 'set', flags: { pinned: 1, archived: 1 } })
    await settle(60_000)
    expect(texts()).toEqual(['m71', 'm72', 'm73', 'm74', 'm75', 'm76', 'm77', 'm78', 'm79'])
    expect(row()).toMatchObject({ preview: 'm79', unread: 9, pinned: true, archived: true })
  })
})
