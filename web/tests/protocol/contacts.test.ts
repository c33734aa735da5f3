import { expect, it } from 'vitest'
import { byLetter, parseRequest } from '@/protocol/contacts'

const person = (id: number, name: string, pinyin = '') => ({ id, name, pinyin })

it('names stand under the letter with which they are read, others behind all letters', () => {
  const people = [
    person(1, '😀阿宝', '😀 a bao'),
    person(2, '张三', 'zhang san'),
    person(3, 'Zoe', 'zoe'),
    person(4, '单雄信', 'shan xiong xin'),
    person(5, '安然', 'an ran'),
    person(6, '安然', 'an ran'),
    person(7, '42', '42'),
    person(8, 'bob'),
  ]
  const told = byLetter(people).map(({ letter, rows }) => [letter, ...rows.map(({ id }) => id)])
  expect(told).toEqual([
    ['A', 5, 6],
    ['B', 8],
    ['S', 4],
    ['Z', 2, 3],
    ['#', 7, 1],
  ])
})

it('five thousand are sorted within a frame or two', () => {
  const people = Array.from({ length: 5000 }, (_, id) => person(id, `n${id}`, `n ${(id * 7919) % 5000}`))
  expect(byLetter(people)[0].rows).toHaveLength(5000)
})

it('a request needs its people; what is not known of it is over', () => {
  const row = { id: 1, userid: 2, dstid: 3, memo: 'hi', state: 'pending', createat: 9, user: { id: 2, nickname: 'Bo' } }
  expect(parseRequest(row)).toMatchObject({ state: 'pending', memo: 'hi', user: { nickname: 'Bo' } })
  expect(parseRequest({ ...row, state: 'later' })?.state).toBe('expired')
  expect(parseRequest({ ...row, user: null })).toBeNull()
  expect(parseRequest({ ...row, dstid: 0 })).toBeNull()
})
