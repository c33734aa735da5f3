import { describe, expect, it } from 'vitest'
import { useChanges } from '@/features/changes/changes'
import { useConversations } from '@/features/conversations/conversations'
import { useChat } from '@/features/messages/chat'
import type { Message } from '@/protocol/messages'
import { shown } from '@/ui/dialogs'
import { me, server, settle, startPage, stubSocket, usePage } from '../../fake-page'

usePage()

const last = () => useChat().entries.at(-1)!.message as Message
const preview = () => useConversations().rows.find(({ key }) => key === '10/42')?.preview

async function open(): Promise<void> {
  useChanges()
  await Promise.all([useChat().open('10/42'), settle()])
  await Promise.all([useChat().toNewest(), settle()])
  useChat().seen(80)
  await settle()
}

/** Says something and waits until it is stored. */
async function say(content: string): Promise<void> {
  useChat().send({ media: 1, content })
  await settle()
}

describe('a change of one’s own', () => {
  it('is there at once, and the same when the server has it', async () => {
    await open()
    await say('八点')
    useChanges().edit(last(), '九点')
    expect(last()).toMatchObject({ content: '九点', edited: expect.any(Number), ver: 81 })
    expect(preview()).toBe('九点')
    useChanges().react(last(), '👍')
    useChanges().pin(last())
    expect(last()).toMatchObject({ mine: ['👍'], reactions: { '👍': { n: 1, who: [me] } }, pinned: me })
    await settle()
    expect(server.rows('10/42').at(-1)).toMatchObject({ content: '九点', pinned: me, ver: 84 })
    expect(last()).toEqual(server.seen(server.rows('10/42').at(-1)!))
    useChanges().react(last(), '👍')
    useChanges().pin(last())
    expect(last()).not.toHaveProperty('reactions')
    await settle()
    expect(last()).toEqual(server.rows('10/42').at(-1))
  })

  it('waits for the network, over a reload too, and goes in the order in which it was made', async () => {
    await open()
    await say('八点')
    // A network that never answers.
    stubSocket(() => ({ send: () => undefined, close: () => undefined }))
    server.cut()
    await settle()
    useChanges().edit(last(), '九点')
    useChat().send({ media: 1, content: '改了' })
    useChanges().recall(useChat().entries.at(-2)!.message as Message)
    expect(useChat().entries.at(-2)!.message).toMatchObject({ recalled: 1 })
    expect(server.rows('10/42').at(-1)).toMatchObject({ content: '八点', ver: 81 })
    stubSocket(() => server.connect())
    startPage()
    await settle(20_000)
    const [one, two] = server.rows('10/42').slice(-2)
    expect(one).toMatchObject({ recalled: 1, ver: 84 })
    expect(one).not.toHaveProperty('content')
    expect(two).toMatchObject({ content: '改了', ver: 83 })
  })

  it('is put back with the server’s words when it is refused', async () => {
    await open()
    await say('八点')
    server.refusals.set(14, { code: -1, msg: '已超过可以撤回的时间' })
    useChanges().recall(last())
    expect(last()).toMatchObject({ recalled: 1 })
    await settle(1_000)
    expect(last()).toMatchObject({ content: '八点', ver: 81 })
    expect(preview()).toBe('八点')
    expect(shown.toasts.at(-1)).toMatchObject({ kind: 'error', text: '已超过可以撤回的时间' })
  })

  it('keeps the text of what was recalled for two minutes', async () => {
    await open()
    await say('八点')
    const { id } = last()
    useChanges().recall(last())
    expect(useChanges().textOf(id)).toBe('八点')
    await settle(120_000)
    expect(useChanges().textOf(id)).toBe('')
  })
})

describe('what others do, and one’s other devices', () => {
  it('is seen at once, in the list too, and takes what is unread with it', async () => {
    await open()
    server.write('10/42', 42, '八点')
    await settle()
    const { id } = last()
    server.alter('10/42', 42, { cmd: 15, id, content: '九点' })
    server.alter('10/42', me, { cmd: 16, id, content: '👍', amount: 1 })
    await settle(200)
    expect(last()).toMatchObject({ content: '九点', mine: ['👍'], ver: 83 })
    expect(preview()).toBe('九点')
    expect(useConversations().rows.find(({ key }) => key === '10/42')).toMatchObject({ unread: 1 })
    const asked = server.listed.length
    server.alter('10/42', 42, { cmd: 14, id })
    await settle(200)
    expect(last()).toMatchObject({ recalled: 1 })
    expect(last()).not.toHaveProperty('reactions')
    expect(useConversations().rows.find(({ key }) => key === '10/42')).toMatchObject({ unread: 0 })
    expect(server.listed).toHaveLength(asked)
  })

  it('is asked for when the event before it was lost', async () => {
    await open()
    const { id, seq } = last()
    server.faults.losePush = 1
    server.alter('10/42', 42, { cmd: 15, id, content: 'lost' })
    server.faults.losePush = 0
    server.alter('10/42', 42, { cmd: 19, id, amount: 1 })
    await settle(150)
    expect(last()).toMatchObject({ content: 'm80' })
    await settle(1_000)
    expect(last()).toMatchObject({ seq, content: 'lost', pinned: 42, ver: 82 })
  })

  it('in a chat that is not open moves what is unread, asked of the server where the page can’t know', async () => {
    useChanges()
    server.alter('10/42', 42, { cmd: 14, id: server.rows('10/42')[10].id })
    await settle()
    expect(useConversations().rows.find(({ key }) => key === '10/42')).toMatchObject({ unread: 79 })
  })
})
