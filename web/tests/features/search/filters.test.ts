import { expect, it } from 'vitest'
import { dayOf, dayStart, fieldsOf, iconOf, isFiltered, kinds, noFilters } from '@/features/search/filters'

it('asks for whole days of the reader, both among them', () => {
  const day = new Date(2026, 10, 28).getTime()
  expect(fieldsOf({ ...noFilters, since: '2026-11-28', until: '2026-11-30' })).toEqual({
    since: day,
    until: new Date(2026, 11, 1).getTime() - 1,
  })
  expect(dayOf(day)).toBe('2026-11-28')
  expect(dayOf(dayStart('2026-03-01', -1))).toBe('2026-02-28')
})

it('asks for what is chosen and nothing else', () => {
  expect(fieldsOf(noFilters)).toEqual({})
  expect(isFiltered(noFilters)).toBe(false)
  expect(isFiltered({ ...noFilters, from: 7 })).toBe(true)
  expect(fieldsOf({ ...noFilters, chat: '11/3', from: 7, media: 10 })).toEqual({
    kind: 11,
    dstid: 3,
    from: 7,
    media: 10,
  })
})

it('has a sign for what is more than words', () => {
  expect(kinds.map(({ media }) => iconOf(media))).toEqual([null, 'file', 'link', 'list', 'chat', 'card', 'place'])
  expect(iconOf(100)).toBe('list')
})
