import { expect, it } from 'vitest'
import { useContacts } from '@/features/contacts/contacts'
import { askReaders } from '@/features/changes/asked'
import { usePrivacy } from '@/features/settings/privacy'
import { parseSettings } from '@/protocol/settings'
import { useLive } from '@/state/live'
import { me, server, settle, usePage } from '../../fake-page'

const pushed = { push: 'content', quiet: '' }

usePage()

/** What was decided on another device. */
function elsewhere(some: object): void {
  Object.assign(server.settings, some)
  server.tell({ cmd: 20, what: 'updated', userid: me, dstid: me })
}

const answered = async <T>(call: Promise<T>): Promise<T> => {
  await settle(1_000)
  return call
}

it('a switch shows at once and is kept by the server', async () => {
  const privacy = usePrivacy()
  await answered(privacy.load())
  const switches = { online: 1, read: 1, approval: 'auto', find: ['id', 'mobile', 'group'], previews: 1 }
  expect(privacy.settings).toEqual({ ...switches, ...pushed })
  const done = privacy.change({ read: 0 })
  expect(privacy.settings?.read).toBe(0)
  await answered(done)
  expect(server.settings).toMatchObject({ online: 1, read: 0 })
})

it('one that is refused goes back, and says why', async () => {
  const privacy = usePrivacy()
  await answered(privacy.load())
  server.refusedCalls.set('/user/settings', { code: -429, msg: '慢一点' })
  const refused = privacy.change({ online: 0 }).catch((error: Error) => error.message)
  expect(privacy.settings?.online).toBe(0)
  expect(await answered(refused)).toBe('慢一点')
  expect(privacy.settings?.online).toBe(1)
})

it('other devices of the reader agree', async () => {
  const privacy = usePrivacy()
  elsewhere({ online: 0 })
  await settle(1_000)
  expect(privacy.settings).toBeNull() // nobody looks at them
  await answered(privacy.load())
  elsewhere({ read: 0, find: [] })
  await settle(1_000)
  expect(privacy.settings).toMatchObject({ online: 0, read: 0, find: [] })
})

it('when receipts go, friends’ read marks do without a reload, and who is online is asked again', async () => {
  const inbox = () => useLive().inbox.get('10/42')
  server.tell({ cmd: 13, userid: 42, kind: 10, dstid: me, seq: 80 })
  await settle(1_000)
  expect(inbox()?.peer_read).toBe(80)
  expect(useContacts().friend(42)?.online).toBe(0) // who reads may not want to be seen
  server.online.add(42)
  server.mark('10/42', { peer_read: 0 })
  server.tell({ cmd: 20, what: 'updated', userid: 42, dstid: 42 })
  await settle(1_000)
  expect(inbox()?.peer_read).toBe(0)
  expect(useContacts().friend(42)?.online).toBe(1)
})

it('who has read a message is asked by its place', async () => {
  const [message] = server.rows('11/3')
  const answer = await answered(askReaders({ ...message, userid: me }))
  expect(answer).toMatchObject({ rows: [{ id: 42 }], read: 1, total: 2, more: false })
})

it('what is missing or unknown in an answer is as installed', () => {
  expect(parseSettings({ approval: 'later', find: ['name', 'id'] })).toEqual({
    ...{ online: 1, read: 1, approval: 'auto', find: ['id'], previews: 1, ...pushed },
  })
  expect(parseSettings(null)).toBeNull()
})
