import { expect, it } from 'vitest'
import { findMentions } from '@/protocol/mentions'

const names: Record<number, string> = { 1: '安', 2: '安然', 3: 'Jason Miller', 4: '' }
const nameOf = (id: number) => names[id] ?? ''
const named = (text: string, at: number[]) =>
  findMentions(text, at, nameOf).map(({ start, end, id }) => [text.slice(start, end), id])

it('finds the names of those who are named, and no others', () => {
  expect(named('@安\u2005和@安然\u2005来 @Jason Miller', [1, 2, 3])).toEqual([
    ['@安', 1],
    ['@安然', 2],
    ['@Jason Miller', 3],
  ])
  expect(named('@安然\u2005来', [])).toEqual([])
  expect(named('安然', [2])).toEqual([])
})

it('finds a name each time it stands there', () => {
  expect(named('@安 @安', [1])).toEqual([
    ['@安', 1],
    ['@安', 1],
  ])
})

it('finds everybody, in the words of any language', () => {
  expect(named('@所有人 @everyone', [0])).toEqual([
    ['@所有人', 0],
    ['@everyone', 0],
  ])
})

it('takes the next free name for one who has another now', () => {
  expect(named('@安 @old name\u2005hi a@b.example', [1, 4])).toEqual([
    ['@安', 1],
    ['@old name', 4],
  ])
  expect(named('@gone', [4, 3])).toEqual([['@gone', 4]])
  expect(named('https://a.example/@x', [4])).toEqual([])
})
