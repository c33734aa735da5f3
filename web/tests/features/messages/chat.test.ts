import { describe, expect, it, vi } from 'vitest'
import { useAccount } from '@/features/accounts/account'
import { useConversations } from '@/features/conversations/conversations'
import { useChat } from '@/features/messages/chat'
import { me, server, settle, startPage, usePage } from '../../fake-page'

usePage()

describe('an open chat', () => {
  it('opens at the first unread message, says where it is, and has the others by scrolling', async () => {
    const chat = useChat()
    await Promise.all([chat.open('10/42'), settle()])
    expect(chat).toMatchObject({ start: 'unread', firstUnread: 1, known: 0, hasOlder: false, loading: false })
    expect(chat.entries).toHaveLength(50)
    expect(chat.hasNewer).toBe(true)
    await Promise.all([chat.loadNewer(), settle()])
    expect(chat.entries).toHaveLength(80)
    expect(chat.hasNewer).toBe(false)
  })

  it('opens at the first of very many unread messages with two screens of them, not all', async () => {
    server.markRead('10/42', 40)
    for (let count = 81; count <= 900; count++) server.write('10/42', 42, `m${count}`)
    await settle()
    startPage()
    await settle()
    const chat = useChat()
    await Promise.all([chat.open('10/42'), settle()])
    expect(chat).toMatchObject({ firstUnread: 41, known: 40, hasOlder: true, hasNewer: true, unread: 860 })
    expect(chat.entries.length).toBeLessThan(100)
    chat.seen(50)
    await settle()
    expect(server.read.get('10/42')).toBe(50)
    expect(chat.unread).toBe(850)
    await Promise.all([chat.toNewest(), settle()])
    expect(chat.entries.at(-1)).toMatchObject({ seq: 900 })
    expect(chat.hasNewer).toBe(false)
  })

  it('opens at the first unread message behind very many of one’s own', async () => {
    server.markRead('10/42', 80)
    for (let count = 81; count <= 400; count++) server.write('10/42', me, `own ${count}`, { dstid: 42 })
    for (let count = 401; count <= 480; count++) server.write('10/42', 42, `m${count}`)
    await settle()
    startPage()
    await settle()
    const chat = useChat()
    await Promise.all([chat.open('10/42'), settle()])
    expect(chat).toMatchObject({ start: 'unread', firstUnread: 401, hasNewer: true, unread: 80 })
    expect(chat.entries.some(({ seq }) => seq === 401)).toBe(true)
  })

  it('opens where its reader was, unless all that is unread came since', async () => {
    server.markRead('10/42', 80)
    await settle()
    startPage()
    await settle()
    const chat = useChat()
    await Promise.all([chat.open('10/42'), settle()])
    expect(chat.start).toBe('end')
    chat.stand({ seq: 40, offset: -7 })
    chat.close()
    await Promise.all([chat.open('11/3'), settle()])
    await Promise.all([chat.open('10/42'), settle()])
    expect(chat.start).toEqual({ seq: 40, offset: -7 })
    chat.close()
    server.write('10/42', 42, 'since')
    await settle()
    await Promise.all([chat.open('10/42'), settle()])
    expect(chat).toMatchObject({ start: 'unread', firstUnread: 81 })
  })

  it('shows nothing before it is known where the list opens', async () => {
    const chat = useChat()
    const opened = chat.open('10/42')
    let shown = 0
    while (chat.loading) {
      shown = Math.max(shown, chat.entries.length)
      await settle(10)
    }
    await opened
    expect(shown).toBe(0)
    expect(chat).toMatchObject({ firstUnread: 1, entries: { length: 50 } })
  })

  it('keeps the entries that did not change the same, so that nothing is drawn again', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    await Promise.all([useChat().toNewest(), settle()])
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
    server.write('11/3', me, '小安加入了群', { media: 90 })
    await settle()
    expect(useConversations().rows.find(({ key }) => key === '11/3')).toMatchObject({
      preview: '小安加入了群',
      last: 'none',
    })
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

  it('marks as read what the list says was seen', async () => {
    await Promise.all([useChat().open('10/42'), settle()])
    useChat().seen(80)
    await settle()
    expect(server.read.get('10/42')).toBe(80)
    expect(useConversations().unread).toBe(1)
  })

  it('can be opened by its address before the list is there', async () => {
    startPage()
    while (!useAccount().ready) await vi.advanceTimersByTimeAsync(10)
    void useChat().open('10/42')
    expect(useChat().loading).toBe(true)
    useChat().send({ media: 1, content: '在吗' })
    expect(useChat().entries).toMatchObject([{ own: true, message: { content: '在吗' } }])
    await settle()
    expect(useChat().firstUnread).toBe(1)
  })
})
