import { beforeEach, expect, it } from 'vitest'
import { ref } from 'vue'
import { useMemberPages } from '@/features/groups/memberPages'
import type { FakeMember } from '../../fake-groups'
import { server, settle, usePage } from '../../fake-page'
import { mount } from '../../mount'

usePage()

const many = 10_000
let all: FakeMember[]
beforeEach(() => {
  all = Array.from({ length: many }, (_, index) => ({ id: 1000 + index, nickname: `n${index}`, role: index ? 1 : 3 }))
  server.members.set(3, all)
})

async function begin() {
  const name = ref('')
  const { given, unmount } = mount(() => useMemberPages(3, () => name.value))
  const look = async (first: number, last = first + 20) => {
    given.show(first, last)
    await settle(1000)
    return given.places.value.map(({ member }) => member?.id ?? 0)
  }
  await look(0)
  return { given, name, look, unmount }
}

const told = (what: string, who: number[]) => server.tell({ cmd: 21, what, dstid: 3, userid: who[0], who })

it('is scrolled through to the end, with few of all held, and back', async () => {
  const { given, look } = await begin()
  while (given.total.value < many) await look(given.total.value - 10)
  expect(await look(many - 20)).toEqual(all.slice(-20).map(({ id }) => id))
  const held = () => given.places.value.length
  expect(held()).toBe(20)
  const asked = server.askedMembers.length
  expect(await look(0)).toEqual(all.slice(0, 20).map(({ id }) => id))
  // It was dropped on the way, and had to be asked for again: what is held does not grow.
  expect(server.askedMembers.length).toBe(asked + 1)
  expect(given.total.value).toBe(many)
})

it('finds by name, from the beginning', async () => {
  const { given, name, look } = await begin()
  name.value = 'n77'
  await settle(1000)
  expect(given.total.value).toBe(100)
  await look(90, 110)
  expect(given.total.value).toBe(111)
  expect(given.places.value.map(({ member }) => member?.nickname.startsWith('n77'))).not.toContain(false)
  name.value = 'nobody'
  await settle(1000)
  expect([given.total.value, given.loading.value]).toEqual([0, false])
})

it('follows who goes, and what becomes of those on the screen', async () => {
  const { given, look } = await begin()
  server.members.set(3, (all = all.filter(({ id }) => id !== 1005)))
  told('removed', [1005])
  await settle(1000)
  expect((await look(0)).slice(4, 7)).toEqual([1004, 1006, 1007])
  expect(given.total.value).toBe(99)
  all[6].muted_until = 2_000_000_000_000
  told('muted', [all[6].id])
  await settle(1000)
  expect(given.places.value[6].member?.mutedUntil).toBe(2_000_000_000_000)
  const asked = server.askedMembers.length
  told('updated', [9000])
  told('joined', [99_999])
  await settle(1000)
  expect(server.askedMembers.length).toBe(asked)
})

it('has who comes at the end of a small group', async () => {
  server.members.set(3, (all = all.slice(0, 5)))
  const { given } = await begin()
  expect(given.total.value).toBe(5)
  all.push({ id: 7000, nickname: '新人' })
  told('joined', [7000])
  await settle(1000)
  expect(given.places.value.at(-1)?.member?.id).toBe(7000)
})

it('says when it cannot be had, and begins anew', async () => {
  server.refusedCalls.set('/community/members', { code: -403, msg: '你不在该群' })
  const { given, look } = await begin()
  expect(given.failed.value).toMatchObject({ message: '你不在该群' })
  expect(given.loading.value).toBe(false)
  server.refusedCalls.clear()
  await Promise.all([given.restart(), settle(1000)])
  expect((await look(0)).slice(0, 2)).toEqual([1000, 1001])
})
