import { describe, expect, it } from 'vitest'
import { afterEdit, askedName, withEnd } from '@/features/messages/composer/marks'

const text = '早 @安\u2005@波\u2005好'
const marks = [
  { start: 2, end: 5, id: 1 },
  { start: 5, end: 8, id: 2 },
]

describe('the names in a text that is edited', () => {
  it('stay before what is typed, and move behind it', () => {
    expect(afterEdit(marks, text, text + '!', 10)).toEqual({ marks, rest: null })
    expect(afterEdit(marks, text, '大' + text, 1).marks).toEqual([
      { start: 3, end: 6, id: 1 },
      { start: 6, end: 9, id: 2 },
    ])
    const between = text.slice(0, 5) + 'x' + text.slice(5)
    expect(afterEdit(marks, text, between, 6).marks).toEqual([marks[0], { start: 6, end: 9, id: 2 }])
  })

  it('go as a whole when a part of them is taken out', () => {
    const cut = text.slice(0, 4) + text.slice(5)
    expect(afterEdit(marks, text, cut, 4)).toEqual({
      marks: [{ start: 4, end: 7, id: 2 }],
      rest: { start: 2, end: 4 },
    })
    // From within the first to behind the second.
    expect(afterEdit(marks, text, text.slice(0, 3) + text.slice(9), 3)).toEqual({
      marks: [],
      rest: { start: 2, end: 3 },
    })
    expect(afterEdit(marks, text, '好', 0)).toEqual({ marks: [], rest: null })
  })

  it('are names no more when something is typed into them', () => {
    expect(afterEdit(marks, text, text.slice(0, 3) + 'x' + text.slice(3), 4)).toEqual({
      marks: [{ start: 6, end: 9, id: 2 }],
      rest: null,
    })
  })

  it('know which of two equal ones was taken out by where the cursor is', () => {
    const twice = '@安\u2005@安\u2005'
    const both = [
      { start: 0, end: 3, id: 1 },
      { start: 3, end: 6, id: 1 },
    ]
    expect(afterEdit(both, twice, '@安\u2005', 0).marks).toEqual([{ start: 0, end: 3, id: 1 }])
    expect(afterEdit(both, twice, '@安\u2005', 3).marks).toEqual([both[0]])
  })

  it('take the space of their own with them', () => {
    expect(withEnd('@安\u2005x', { start: 0, end: 2, id: 1 }).end).toBe(3)
    expect(withEnd('@安 x', { start: 0, end: 2, id: 1 }).end).toBe(2)
  })
})

it('a name is asked for behind a sign that begins one', () => {
  expect(askedName('@', 1)).toEqual({ start: 0, name: '' })
  expect(askedName('好 @an了', 5)).toEqual({ start: 2, name: 'an' })
  expect(askedName('你好@安', 4)).toEqual({ start: 2, name: '安' })
  expect(askedName('ann@example.org', 15)).toBeNull()
  expect(askedName('@安\u2005', 3)).toBeNull()
  expect(askedName('@安 好', 4)).toBeNull()
  expect(askedName('好', 1)).toBeNull()
})
