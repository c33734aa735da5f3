import { expect, it } from 'vitest'
import { useUsers } from '@/features/accounts/users'
import { useContacts } from '@/features/contacts/contacts'
import { useRequests } from '@/features/contacts/requests'
import { useConversations } from '@/features/conversations/conversations'
import { shown } from '@/ui/dialogs'
import { me, server, settle, startPage, usePage } from '../../fake-page'

usePage()

const words = () => shown.toasts.map(({ text }) => text)
const row = (key: string) => useConversations().rows.find((one) => one.key === key)

it('who is added by somebody learns of it at once, and has them among the chats', async () => {
  server.friends.push({ id: 60, nickname: '新朋友' })
  server.tell({ cmd: 20, what: 'added', userid: 60, dstid: me })
  await settle(1_000)
  expect(words()).toContain('新朋友 添加了你为好友')
  expect(row('10/60')).toMatchObject({ title: '新朋友', unread: 0 })
  useContacts().met(60)
  expect(row('10/60')).toBeUndefined()
})

it('also one who was away; a friend whom one added oneself is no news', async () => {
  server.friends.push({ id: 61, nickname: '另一个' })
  startPage()
  await settle(1_000)
  expect(words()).toContain('新的好友：另一个')
  expect(row('10/61')).toMatchObject({ title: '另一个' })
  await settle(5_000)
  server.friends.push({ id: 62, nickname: '自己加的' })
  server.tell({ cmd: 20, what: 'added', userid: me, dstid: 62 })
  await settle(1_000)
  expect(useContacts().friend(62)).toBeDefined()
  expect(row('10/62')).toBeUndefined()
})

it('people are found by their number or their mobile, whichever it is', async () => {
  server.mobiles.set('13800000042', 42)
  const users = useUsers()
  const found = async (told: number) => {
    const call = users.findTold(told)
    await settle(1_000)
    return (await call).id
  }
  expect(await found(13800000042)).toBe(42)
  expect(await found(13800000043)).toBe(13800000043) // a number that looks like one
  expect(await found(51)).toBe(51)
  // A mobile of another country: nobody has it as a number.
  server.mobiles.set('4915112345678', 43)
  server.nobody.add(4915112345678)
  expect(await found(4915112345678)).toBe(43)
})

it('who has yet to agree is no friend, and is news when they do', async () => {
  server.careful.add(63)
  const contacts = useContacts()
  const added = contacts.addFriend(63, '你好')
  await settle(1_000)
  expect(await added).toBe('已发送好友申请')
  expect(contacts.friend(63)).toBeUndefined()
  server.friends.push({ id: 63, nickname: '谨慎的人' })
  server.tell({ cmd: 20, what: 'accepted', userid: 63, dstid: me })
  await settle(1_000)
  expect(words()).toContain('谨慎的人 通过了你的好友申请')
  expect(row('10/63')).toMatchObject({ title: '谨慎的人' })
})

it('friends are called as the reader calls them, wherever their name stands', async () => {
  expect(row('10/42')).toMatchObject({ title: '林晓雨' })
  server.friends[0].remark = '单雄信'
  server.tell({ cmd: 20, what: 'updated', userid: me, dstid: 42 })
  await settle(1_000)
  const users = useUsers()
  expect(row('10/42')).toMatchObject({ title: '单雄信' })
  expect([users.nameOf(42), users.nicknameOf(42)]).toEqual(['单雄信', '林晓雨'])
  delete server.friends[0].remark
  server.tell({ cmd: 20, what: 'updated', userid: me, dstid: 42 })
  await settle(1_000)
  expect(row('10/42')).toMatchObject({ title: '林晓雨' })
})

it('nothing is written to whom the reader blocks, nor to who is no friend any more', async () => {
  const { barred } = useConversations()
  expect(barred('10/42')).toBe('')
  server.blocked.push({ id: 42, nickname: '林晓雨' })
  server.tell({ cmd: 20, what: 'updated', userid: me, dstid: 42 })
  await settle(1_000)
  expect(barred('10/42')).toBe('blocked')
  server.blocked.pop()
  server.friends.pop()
  server.tell({ cmd: 20, what: 'removed', userid: 42, dstid: me })
  await settle(1_000)
  expect(barred('10/42')).toBe('stranger')
})

it('who wants to be a friend waits in the list of requests, and is announced', async () => {
  const requests = useRequests()
  server.requests.push({ id: 5, userid: 64, dstid: me, state: 'pending', user: { id: 64, nickname: '来人' } })
  server.tell({ cmd: 20, what: 'requested', userid: 64, dstid: me })
  await settle(1_000)
  expect(words()).toContain('来人 申请加你为好友')
  expect(requests.waiting).toBe(1)
  expect(requests.from(64)).toMatchObject({ id: 5, state: 'pending' })
  server.requests[0].state = 'declined'
  server.tell({ cmd: 20, what: 'declined', userid: me, dstid: 64 })
  await settle(1_000)
  expect([requests.waiting, requests.from(64)]).toEqual([0, undefined])
})
