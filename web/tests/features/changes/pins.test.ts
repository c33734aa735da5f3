import { describe, expect, it } from 'vitest'
import { useChanges } from '@/features/changes/changes'
import { usePins } from '@/features/changes/pins'
import { useChat } from '@/features/messages/chat'
import { useQuotes } from '@/features/messages/quotes'
import type { Message } from '@/protocol/messages'
import { me, server, settle, usePage } from '../../fake-page'

usePage()

async function open(): Promise<void> {
  await Promise.all([useChat().open('10/42'), settle()])
  usePins().open('10/42')
  await settle()
}

describe('what is pinned', () => {
  it('is asked for when the chat opens, and follows whoever pins, edits and recalls', async () => {
    const { id } = server.rows('10/42')[70]
    server.alter('10/42', 42, { cmd: 19, id, amount: 1 })
    await open()
    expect(usePins().rows).toMatchObject([{ seq: 71, content: 'm71' }])
    server.alter('10/42', 42, { cmd: 15, id, content: 'edited' })
    await settle()
    expect(usePins().rows).toMatchObject([{ seq: 71, content: 'edited' }])
    server.alter('10/42', 42, { cmd: 14, id })
    await settle()
    expect(usePins().rows).toEqual([])
  })

  it('is what the reader has just made of it', async () => {
    await open()
    const message = () => useChat().entries[3].message as Message
    useChanges().pin(message())
    await settle()
    expect(usePins().rows).toMatchObject([{ seq: 4, pinned: me }])
    useChanges().pin(message())
    expect(usePins().rows).toEqual([])
    await settle()
    expect(usePins().rows).toEqual([])
  })
})

describe('a message that another one answers', () => {
  it('is asked for once, and again when something became of it', async () => {
    await open()
    const { id } = server.rows('10/42')[75]
    expect(useQuotes().get('10/42', id)).toBeUndefined()
    expect(useQuotes().get('10/42', 999_999)).toBeUndefined()
    await settle()
    expect(useQuotes().get('10/42', id)).toMatchObject({ content: 'm76' })
    expect(useQuotes().get('10/42', 999_999)).toBeNull()
    server.alter('10/42', 42, { cmd: 14, id })
    await settle()
    expect(useQuotes().get('10/42', id)).toBeUndefined()
    await settle()
    expect(useQuotes().get('10/42', id)).toMatchObject({ recalled: 1 })
  })
})

describe('a jump', () => {
  it('loads what is around a message outside the window', async () => {
    for (let count = 81; count <= 400; count++) server.write('10/42', me, `own ${count}`, { dstid: 42 })
    await settle()
    await Promise.all([useChat().open('10/42'), settle()])
    await Promise.all([useChat().toNewest(), settle()])
    expect(useChat().entries[0].seq).toBeGreaterThan(100)
    await Promise.all([useChat().reach(60), settle()])
    expect(useChat().entries.some(({ seq }) => seq === 60)).toBe(true)
    expect(useChat()).toMatchObject({ hasNewer: true, start: { seq: 60 } })
  })
})
