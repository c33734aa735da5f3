/** Something happens while an answer is on its way that does not have it yet: what is shown has it all the same. */
import { expect, it } from 'vitest'
import { useContacts } from '@/features/contacts/contacts'
import { useRequests } from '@/features/contacts/requests'
import { useMemberPages } from '@/features/groups/memberPages'
import { useGroups } from '@/features/groups/groups'
import { useMembers } from '@/features/groups/members'
import { usePrivacy } from '@/features/settings/privacy'
import { me, server, settle, usePage } from '../fake-page'
import { mount } from '../mount'

usePage()

/** The answers of a call are on their way for seconds; those that are asked for from now on come at once. */
async function overtaken(path: string, happens: () => void): Promise<void> {
  await settle(200)
  happens()
  server.late.delete(path)
  await settle(8_000)
}

const friend = (id: number, nickname: string) => {
  server.friends.push({ id, nickname })
  server.tell({ cmd: 20, what: 'added', userid: me, dstid: id })
}

it('friends', async () => {
  server.late.set('/contact/loadfriend', 2_000)
  friend(60, '安')
  await overtaken('/contact/loadfriend', () => friend(61, '波'))
  expect(useContacts().friends.map(({ id }) => id)).toEqual([42, 60, 61])
})

it('requests of friends', async () => {
  const ask = (id: number) => {
    server.requests.push({ id, userid: id, dstid: me, state: 'pending', user: { id, nickname: `n${id}` } })
    server.tell({ cmd: 20, what: 'requested', userid: id, dstid: me })
  }
  const requests = useRequests()
  server.late.set('/contact/requests', 2_000)
  ask(60)
  await overtaken('/contact/requests', () => ask(61))
  expect(requests.rows.map(({ id }) => id).sort()).toEqual([60, 61])
})

it('groups', async () => {
  const create = (id: number) => {
    server.groups = [...server.groups, { id, name: `g${id}`, role: 3 }]
    server.tell({ cmd: 21, what: 'created', userid: me, dstid: id })
  }
  server.late.set('/contact/loadcommunity', 2_000)
  create(8)
  await overtaken('/contact/loadcommunity', () => create(9))
  expect(useGroups().all.map(({ id }) => id)).toEqual([3, 8, 9])
})

const comes = (id: number) => {
  server.members.set(3, [...(server.members.get(3) ?? []), { id, nickname: `n${id}` }])
  server.tell({ cmd: 21, what: 'joined', dstid: 3, userid: id, who: [id] })
}

it('members who may be named', async () => {
  server.members.set(3, [{ id: me, nickname: 'me' }])
  server.late.set('/community/members', 2_000)
  const stop = useMembers().watch(3)
  await overtaken('/community/members', () => comes(60))
  expect(useMembers().of(3)).toMatchObject({ whole: true, rows: [{ id: me }, { id: 60 }] })
  // And once they are all known.
  server.late.set('/community/members', 2_000)
  comes(61)
  await settle(1_600)
  await overtaken('/community/members', () => comes(62))
  expect(
    useMembers()
      .of(3)
      .rows.map(({ id }) => id),
  ).toEqual([me, 60, 61, 62])
  stop()
})

it('the list of members', async () => {
  server.members.set(3, [{ id: me, nickname: 'me' }])
  server.late.set('/community/members', 2_000)
  const { given, unmount } = mount(() => useMemberPages(3, () => ''))
  given.show(0, 20)
  await overtaken('/community/members', () => comes(60))
  expect(given.places.value.map(({ member }) => member?.id)).toEqual([me, 60])
  unmount()
})

it('settings of the account', async () => {
  const privacy = usePrivacy()
  void privacy.load()
  await settle()
  const decides = (online: number) => {
    server.settings.online = online
    server.tell({ cmd: 20, what: 'updated', userid: me, dstid: me })
  }
  server.late.set('/user/settings', 2_000)
  decides(0)
  await overtaken('/user/settings', () => decides(1))
  expect(privacy.settings?.online).toBe(1)
})
