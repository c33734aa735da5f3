import { expect, it } from 'vitest'
import { useConversations } from '@/features/conversations/conversations'
import { useAnnouncements } from '@/features/groups/announcements'
import { useGroups } from '@/features/groups/groups'
import { useMembers } from '@/features/groups/members'
import { useJoinRequests } from '@/features/groups/requests'
import { useVoice } from '@/features/groups/voice'
import { me, server, settle, startPage, usePage } from '../../fake-page'

usePage()

const told = (what: string, more: object = {}) => server.tell({ cmd: 21, what, dstid: 3, userid: 51, ...more })

it('counts who comes and goes without asking, and asks for what else is new', async () => {
  server.groups = [{ id: 3, name: '周末爬山', role: 1, members: 10 }]
  told('joined', { who: [60, 61] })
  told('created')
  await settle()
  expect(useGroups().group(3)?.members).toBe(10)
  told('joined', { who: [60, 61] })
  told('left', { who: [60], userid: 60 })
  await settle()
  expect(useGroups().group(3)?.members).toBe(11)
  server.groups = [{ id: 3, name: '爬山群', role: 2, members: 11 }]
  told('updated', { who: [61], userid: 61 })
  await settle()
  expect(useGroups().group(3)?.name).toBe('周末爬山')
  told('updated')
  await settle()
  expect(useGroups().group(3)).toMatchObject({ name: '爬山群', role: 2 })
})

it('keeps the name of a group that one was put out of, where nothing can be read or written', async () => {
  server.foreign.set(3, { id: 3, name: '周末爬山', members: 9, join: 'invite' })
  server.groups = []
  expect(useConversations().barred('11/3')).toBe('')
  told('removed', { who: [me] })
  await settle()
  expect(useGroups().group(3)).toBeUndefined()
  expect(useConversations().target('11/3').title).toBe('周末爬山')
  expect(useConversations().barred('11/3')).toBe('outside')
})

it('can read a group that is over, and not write there', async () => {
  server.foreign.set(3, { id: 3, name: '周末爬山', role: 1, dissolved: 1 })
  server.groups = []
  told('dissolved')
  await settle()
  expect(useConversations().barred('11/3')).toBe('dissolved')
})

it('comes in at once, or waits to be let in, which a reload remembers', async () => {
  server.foreign.set(8, { id: 8, name: '读书会', join: 'approve' })
  server.foreign.set(9, { id: 9, name: '跑步群', join: 'open' })
  server.links.set('abc', 9)
  const join = async (...ways: Parameters<ReturnType<typeof useGroups>['join']>) => {
    const [answer] = await Promise.all([useGroups().join(...ways), settle()])
    return answer
  }
  expect(await join(9, { link: 'abc' })).toEqual({ pending: false, msg: '加群成功' })
  expect(useGroups().group(9)?.name).toBe('跑步群')
  expect((await join(8)).pending).toBe(true)
  startPage()
  await settle()
  expect(useGroups().waiting.has(8)).toBe(true)
  server.groups = [...server.groups, { id: 8, name: '读书会', role: 1 }]
  server.tell({ cmd: 21, what: 'joined', dstid: 8, userid: 51, who: [me] })
  await settle()
  expect(useGroups().waiting.has(8)).toBe(false)
})

it('tells the heads alone how many wait, and forgets it when they are heads no more', async () => {
  const user = { id: 70, nickname: '新人' }
  server.joinRequests.set(3, [{ id: 1, state: 'pending', user }])
  const requests = useJoinRequests()
  told('requested', { who: [70] })
  await settle()
  expect(requests.of(3)).toBe(0)
  server.groups = [{ id: 3, name: '周末爬山', role: 2 }]
  told('role', { who: [me] })
  await settle()
  expect(requests.of(3)).toBe(1)
  expect(requests.total).toBe(1)
  const [{ rows }] = await Promise.all([requests.list(3), settle()])
  await Promise.all([requests.answer(rows[0], 1, 3), settle()])
  expect(requests.of(3)).toBe(0)
  server.joinRequests.get(3)!.unshift({ id: 2, state: 'pending', user })
  told('requested', { who: [70] })
  await settle()
  expect(requests.of(3)).toBe(1)
  server.groups = [{ id: 3, name: '周末爬山', role: 1 }]
  told('role', { who: [me] })
  await settle()
  expect(requests.of(3)).toBe(0)
})

it('an announcement is to be read until it is put away, each anew', async () => {
  const notice = { content: '八点集合', userid: 51, createat: 1000 }
  const tell = async (more: object) => {
    server.groups = [{ id: 3, name: '周末爬山', role: 1, notice: { ...notice, ...more } }]
    told('updated')
    await settle()
  }
  await tell({})
  expect(useAnnouncements().unread(3)?.content).toBe('八点集合')
  useAnnouncements().read(3)
  expect(useAnnouncements().unread(3)).toBeNull()
  startPage()
  await settle()
  expect(useAnnouncements().unread(3)).toBeNull()
  await tell({ createat: 2000 })
  expect(useAnnouncements().unread(3)?.createat).toBe(2000)
  await tell({ createat: 3000, userid: me })
  expect(useAnnouncements().unread(3)).toBeNull()
  await tell({ createat: 4000, content: '' })
  expect(useAnnouncements().unread(3)).toBeNull()
})

it('who is muted knows until when, and may write again by itself', async () => {
  // A large group, too, and without a search among its members.
  server.groups = [{ id: 3, name: '周末爬山', role: 1, members: 5000 }]
  told('created')
  await settle()
  const voice = useVoice()
  expect(voice.silence(3)).toBeNull()
  const until = Date.now() + 60_000
  server.groups = [{ ...server.groups[0], muted_until: until }]
  told('muted', { who: [me] })
  await settle(1000)
  expect(server.askedMembers).toEqual([])
  expect(voice.silence(3)).toEqual({ why: 'muted', until })
  expect(useConversations().barred('11/3')).toBe('muted')
  await settle(61_000)
  expect(voice.silence(3)).toBeNull()
})

it('all are muted but the heads', async () => {
  const until = Date.now() + 60_000
  server.groups = [{ id: 3, name: '周末爬山', role: 1, muted: 1, all_muted_until: until }]
  told('muted')
  await settle()
  expect(useVoice().silence(3)).toEqual({ why: 'mutedAll', until })
  server.groups = [{ id: 3, name: '周末爬山', role: 2, muted: 1, all_muted_until: until }]
  told('role', { who: [me] })
  await settle()
  expect(useVoice().silence(3)).toBeNull()
})

it('who is called something in a group is called so there, and by a name of the reader’s own first', async () => {
  server.members.set(3, [
    { id: 51, nickname: '波', alias: '阿波哥' },
    { id: 52, nickname: '安' },
  ])
  const members = useMembers()
  await Promise.all([members.load(3), settle()])
  expect([members.nameIn(3, 51), members.calledIn(3, 51)]).toEqual(['阿波哥', '阿波哥'])
  expect(members.namesOf(3, 51)).toEqual(['阿波哥', '波'])
  expect([members.nameIn(3, 52), members.nameIn(4, 51)]).toEqual(['安', '波'])
})

it('who speaks in a large group without being among its first members is called as they are there', async () => {
  const crowd = Array.from({ length: 300 }, (_, index) => ({
    id: 100 + index,
    nickname: `n${index}`,
    alias: `a${index}`,
  }))
  server.members.set(3, crowd)
  const members = useMembers()
  await Promise.all([members.load(3), settle()])
  const shown = () => [320, 330, 999].map((id) => members.nameIn(3, id))
  shown()
  await settle()
  expect(shown()).toEqual(['a220', 'a230', 'user 999'])
  await settle()
  expect(server.askedMembers).toEqual(['', '320,330,999'])
  crowd[230].alias = 'other'
  told('updated', { who: [330] })
  await settle()
  expect(shown()[1]).toBe('other')
  expect(server.askedMembers).toEqual(['', '320,330,999', '330'])
})

it('keeps the members of a group that is looked at fresh, and asks nothing for what happens far down a large one', async () => {
  const crowd = Array.from({ length: 300 }, (_, index) => ({ id: 100 + index, nickname: `n${index}` }))
  server.members.set(3, crowd)
  const members = useMembers()
  const stop = members.watch(3)
  await settle()
  expect(members.of(3)).toMatchObject({ whole: false, rows: { length: 200 } })
  told('joined', { who: [900] })
  told('left', { who: [399] })
  await settle()
  expect(server.askedMembers).toHaveLength(1)
  crowd[0].nickname = '新名字'
  told('updated', { who: [100] })
  await settle()
  expect(members.of(3).rows[0].nickname).toBe('新名字')
  stop()
  told('updated', { who: [100] })
  await settle()
  expect(server.askedMembers).toHaveLength(2)
})
