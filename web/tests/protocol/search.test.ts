import { expect, it } from 'vitest'
import { parseFound, parseKnown } from '@/protocol/search'

const row = {
  id: 5,
  userid: 42,
  dstid: 42,
  cmd: 10,
  media: 1,
  content: '明天爬山',
  seq: 1,
  ver: 1,
  createat: 9,
  kind: 10,
}

it('takes a found message with where the words stand', () => {
  const found = parseFound({ ...row, highlight: [[2, 4]] })
  expect(found).toMatchObject({ key: '10/42', highlight: [[2, 4]], message: { id: 5, content: '明天爬山' } })
  expect(parseFound({ ...row, kind: 12 })).toBeNull()
  expect(parseFound(null)).toBeNull()
})

it('leaves out places that are none, and orders the others', () => {
  const highlight = [[3, 4], [0, 1], [0, 2], [2, 2], [3, 9], [-1, 1], ['0', 1], 4] // prettier-ignore
  expect(parseFound({ ...row, highlight })?.highlight).toEqual([[0, 2], [3, 4]]) // prettier-ignore
  expect(parseFound({ ...row, highlight: 'x' })?.highlight).toEqual([])
})

it('takes people and groups by their names', () => {
  const known = { kind: 10, dstid: 42, name: '张三', remark: '', avatar: '' }
  expect(parseKnown(known)).toEqual({ key: '10/42', dstid: 42, name: '张三', remark: '', avatar: '' })
  expect(parseKnown({ ...known, dstid: 0 })).toBeNull()
})
