import { expect, it, vi } from 'vitest'
import { useAccount } from '@/features/accounts/account'
import { useLive } from '@/state/live'
import { namesWith } from '@/state/storage'
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
