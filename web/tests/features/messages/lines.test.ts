import { describe, expect, it } from 'vitest'
import type { Entry } from '@/features/messages/entry'
import { linesOf } from '@/features/messages/list/lines'
import { dayText, rowTimeText } from '@/i18n/time'

const noon = new Date(2026, 10, 23, 12).getTime()
const minute = 60_000
const day = 24 * 60 * minute

function entry(seq: number, userid: number, createat: number, media = 1): Entry {
  return {
    key: `m${seq}`,
    state: 'sent',
    own: userid === 1,
    userid,
    seq,
    createat,
    message: { media, content: 'x' },
    read: false,
  }
}

describe('lines of a chat', () => {
  it('join messages of one person within three minutes into a run', () => {
    const lines = linesOf(
      [entry(1, 2, noon), entry(2, 2, noon + minute), entry(3, 2, noon + 5 * minute), entry(4, 1, noon + 5 * minute)],
      0,
      noon,
    )
    expect(lines.map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ])
  })

  it('separate days, and a notice ends a run', () => {
    const lines = linesOf(
      [entry(1, 2, noon - day), entry(2, 2, noon), entry(3, 2, noon, 90), entry(4, 2, noon)],
      0,
      noon,
    )
    expect(lines.map((line) => line.day)).toEqual(['昨天', '今天', '', ''])
    expect(lines[1].last && lines[3].first).toBe(true)
  })

  it('carry the mark once, above the first unread message', () => {
    const lines = linesOf(
      [1, 2, 3, 4].map((seq) => entry(seq, 2, noon)),
      3,
      noon,
    )
    expect(lines.map((line) => line.fresh)).toEqual([false, false, true, false])
    expect(lines[1].last && lines[2].first).toBe(true)
  })
})

describe('times', () => {
  it('say today, yesterday, the weekday, then the date', () => {
    expect([0, 1, 3, 20].map((days) => dayText(noon - days * day, noon))).toEqual(['今天', '昨天', '星期五', '11月3日'])
    expect(rowTimeText(noon + 5 * minute, noon + day / 3)).toBe('12:05')
    expect(rowTimeText(noon - 20 * day, noon)).toBe('11/3')
  })
})
