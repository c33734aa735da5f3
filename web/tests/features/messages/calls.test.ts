import { expect, it } from 'vitest'
import { useCalls } from '@/features/messages/calls'
import { useChat } from '@/features/messages/chat'
import { useLive } from '@/state/live'
import { server, settle, usePage } from '../../fake-page'
import { mount } from '../../mount'

usePage()

it('leads from each unread message that names the reader to the next, and round', async () => {
  for (let count = 2; count <= 200; count++) {
    const at = count % 50 === 0 ? { at: [count === 100 ? 0 : 7] } : {}
    server.write('11/3', 51, `m${count}`, at)
  }
  await Promise.all([useChat().open('11/3'), settle()])
  const went: number[] = []
  const { count, next } = mount(() => useCalls('11/3', ({ seq }) => went.push(seq))).given
  const press = async () => {
    await Promise.all([next(), settle()])
  }
  expect(count.value).toBe(4)
  await press()
  await press()
  expect(went).toEqual([50, 100])

  // What is read is passed over, and counts no more; what comes in counts.
  useLive().engine?.markRead('11/3', 150)
  server.write('11/3', 51, 'again', { at: [7] })
  await settle()
  expect(count.value).toBe(2)
  for (let pressed = 0; pressed < 3; pressed++) await press()
  expect(went.slice(2)).toEqual([200, 201, 200])
})

it('says what is in the way', async () => {
  await Promise.all([useChat().open('10/42'), settle()])
  const went: number[] = []
  const { count, next } = mount(() => useCalls('10/42', ({ seq }) => went.push(seq))).given
  expect(count.value).toBe(0)
  await Promise.all([next(), settle()])
  server.faults.failCall = 1
  await Promise.all([next(), settle(30_000)])
  expect(went).toEqual([])
})
