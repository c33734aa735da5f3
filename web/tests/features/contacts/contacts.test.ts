import { expect, it } from 'vitest'
import { useUsers } from '@/features/accounts/users'
import { useContacts } from '@/features/contacts/contacts'
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
})
