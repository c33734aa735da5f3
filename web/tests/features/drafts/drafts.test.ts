import { expect, it } from 'vitest'
import { useDrafts } from '@/features/drafts/drafts'
import type { ChatKey } from '@/protocol/conversations'
import { server, settle, startPage, usePage } from '../../fake-page'

usePage()

const chat: ChatKey = '10/42'
const place = { kind: 10, dstid: 42 } as const
const there = () => server.drafts.get(chat)?.content

/** Something is written on another device. */
function elsewhere(content: string): void {
  server.tell({ cmd: 31, ...server.draft({ ...place, content }) })
}

it('what is written goes to the server when the reader pauses, once', async () => {
  const drafts = useDrafts()
  for (const text of ['h', 'ha', 'hal', 'half']) {
    drafts.set(chat, { text })
    await settle(300)
  }
  expect(there()).toBeUndefined()
  await settle(1_500)
  expect(server.drafts.get(chat)).toMatchObject({ content: 'half', rev: 1 })
  drafts.set(chat, { text: 'half a', at: [42] })
  drafts.flush(chat)
  await settle(500)
  expect(server.drafts.get(chat)).toMatchObject({ content: 'half a', at: [42], rev: 2 })
  drafts.set(chat, { text: '' })
  await settle(500)
  expect(there()).toBe('')
})

it('what another device writes, sends or drops is so here, too', async () => {
  const drafts = useDrafts()
  elsewhere('from the phone')
  await settle(500)
  expect(drafts.get(chat)).toMatchObject({ text: 'from the phone' })
  expect(drafts.came).toMatchObject({ key: chat, draft: { text: 'from the phone' } })
  elsewhere('')
  await settle(500)
  expect(drafts.get(chat).text).toBe('')
  expect(drafts.came?.draft.text).toBe('')
})

it('what is being written here stays, and the other text stands beside it until the reader decides', async () => {
  const drafts = useDrafts()
  server.draft({ ...place, content: 'from the phone' })
  drafts.set(chat, { text: 'here' })
  await settle(2_500)
  expect(drafts.get(chat).text).toBe('here')
  expect(drafts.others.get(chat)?.text).toBe('from the phone')
  expect(there()).toBe('from the phone')
  drafts.take(chat, drafts.others.get(chat)!)
  expect(drafts.get(chat).text).toBe('from the phone')
  expect(drafts.others.size).toBe(0)

  server.draft({ ...place, content: 'the phone again' })
  drafts.set(chat, { text: 'here again' })
  await settle(2_500)
  drafts.insist(chat)
  await settle(500)
  expect(there()).toBe('here again')

  server.draft({ ...place, content: 'a third time' })
  drafts.set(chat, { text: 'here a third time' })
  await settle(2_500)
  drafts.set(chat, { text: 'here, and on' })
  await settle(2_500)
  expect(there()).toBe('here, and on')
  expect(drafts.others.get(chat)?.text).toBe('a third time')
})

it('a page without a network tells what was written when it is back, and does not write over what is newer', async () => {
  const drafts = useDrafts()
  server.faults.failCall = 1
  drafts.set(chat, { text: 'in a tunnel' })
  drafts.set('11/3', { text: 'too' })
  await settle(2_500)
  server.draft({ ...place, content: 'at home' })
  server.faults.failCall = 0
  server.cut()
  await settle(8_000)
  expect(server.drafts.get('11/3')?.content).toBe('too')
  expect(drafts.others.get(chat)?.text).toBe('at home')
  expect(drafts.get(chat).text).toBe('in a tunnel')
})

it('a page that is opened again knows what became of its drafts meanwhile', async () => {
  useDrafts().set(chat, { text: 'one' })
  useDrafts().set('11/3', { text: 'two' })
  await settle(2_500)
  server.draft({ ...place, content: '' })
  server.draft({ kind: 11, dstid: 3, content: 'two and a half' })
  startPage()
  await settle()
  expect([...useDrafts().all].map(([key, { text }]) => [key, text])).toEqual([['11/3', 'two and a half']])
})

it('what was sent just before the page went does not come back', async () => {
  useDrafts().set(chat, { text: 'sent' })
  await settle(2_500)
  server.faults.failCall = 1
  useDrafts().set(chat, { text: '' })
  await settle(500)
  server.faults.failCall = 0
  startPage()
  await settle()
  expect(useDrafts().get(chat).text).toBe('')
  expect(there()).toBe('')
})

it('where one may not write the text stays on this device alone', async () => {
  const drafts = useDrafts()
  server.refusedCalls.set('/draft/set', { code: -403, msg: '你们还不是好友' })
  drafts.set(chat, { text: 'half' })
  await settle(2_500)
  server.refusedCalls.clear()
  server.cut()
  await settle(8_000)
  expect(drafts.get(chat).text).toBe('half')
  expect(there()).toBeUndefined()
})
