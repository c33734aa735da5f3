import { expect, it, vi } from 'vitest'
import { useAccount } from '@/features/accounts/account'
import { useLive } from '@/state/live'
import { namesWith } from '@/state/storage'
import { useRequests } from '@/features/contacts/requests'
import { createPinia, setActivePinia } from 'pinia'
import { me, server, settle, usePage } from '../../fake-page'

const kept = () => namesWith(`magpie:out:${me}:`)

usePage()

it('leaves once after a log-out, and not before all is forgotten, whoever says first that the session has ended', async () => {
  const live = useLive()
  live.engine?.send('10/42', { media: 1, content: 'forbidden' })
  await settle()
  expect(kept()).toHaveLength(1)
  const left = vi.mocked(location.replace)
  left.mockImplementation(() => expect(kept()).toEqual([]))
  const leaving = useAccount().logout()
  await settle()
  await leaving
  server.cut(4401)
  await settle()
  expect(left.mock.calls).toEqual([['/user/login.shtml']])
})

it('connects when the page is drawn: what its stores ask for after the welcome is never missed', async () => {
  setActivePinia(createPinia())
  let drawn = (): void => undefined
  void useAccount().start(me, new Promise((resolve) => (drawn = resolve)))
  await settle()
  expect(useAccount().me?.id).toBe(me)
  // As `App.vue` does once it has come, slower than the server has answered.
  const requests = useRequests()
  drawn()
  await settle()
  expect(requests.loaded).toBe(true)
})
