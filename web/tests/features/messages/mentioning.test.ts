import { afterEach, describe, expect, it } from 'vitest'
import { ref } from 'vue'
import { useChat } from '@/features/messages/chat'
import { useMentioning } from '@/features/messages/composer/mentioning'
import { readSite } from '@/state/site'
import { server, settle, usePage } from '../../fake-page'
import { mount } from '../../mount'

usePage()
afterEach(() => void readSite('{}'))

const person = (id: number, nickname: string) => ({ id, nickname })

async function begin(group = 3) {
  await Promise.all([useChat().open('11/3'), settle()])
  const name = ref<string | null>(null)
  const { given } = mount(() => useMentioning(() => group, name))
  const type = async (next: string | null) => {
    name.value = next
    await settle()
    return given.choices.value.map((one) => one.name)
  }
  return { type, given }
}

describe('whom one may name', () => {
  it('is who spoke last, then the members, not oneself', async () => {
    server.members.set(3, [person(7, '我'), person(50, '安'), person(51, '波')])
    const { type } = await begin()
    expect(await type('')).toEqual(['波', '安'])
    expect(await type(null)).toEqual([])
  })

  it('is those who have what is typed in their names, the ones that begin with it first', async () => {
    server.members.set(3, [person(50, '小安'), person(51, '波'), person(52, '安然'), person(53, 'Ann')])
    const { type, given } = await begin()
    expect(await type('安')).toEqual(['安然', '小安'])
    expect(await type('an')).toEqual(['Ann'])
    expect(await type('nobody')).toEqual([])
    await type('安')
    given.move(-1)
    expect(given.chosen.value?.name).toBe('小安')
    given.move(1)
    expect(given.chosen.value?.name).toBe('安然')
  })

  it('is everybody, too, where the site lets all members', async () => {
    server.members.set(3, [person(51, '波')])
    const { type } = await begin()
    expect(await type('')).toEqual(['波'])
    readSite('{"mentionAll": true}')
    expect((await begin().then((one) => one.type('')))[0]).toBe('所有人')
    expect((await begin().then((one) => one.type('所')))[0]).toBe('所有人')
  })

  it('asks once, and again by name only in a large group', async () => {
    server.members.set(3, [person(51, '波'), person(52, '安然')])
    const { type } = await begin()
    await type('')
    await type('安')
    expect(server.askedMembers).toEqual([''])
  })

  it('looks for who is not among the first', async () => {
    const crowd = Array.from({ length: 300 }, (_, index) => person(100 + index, `n${index}`))
    server.members.set(3, [...crowd, person(900, '安然')])
    const { type } = await begin()
    expect(await type('安')).toEqual(['安然'])
    expect(server.askedMembers).toEqual(['', '安'])
  })

  it('is nobody outside of groups', async () => {
    const { type } = await begin(0)
    expect(await type('')).toEqual([])
    expect(server.askedMembers).toEqual([])
  })
})
