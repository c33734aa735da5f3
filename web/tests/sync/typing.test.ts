import { describe, expect, it } from 'vitest'
import { fades, Typists } from '@/sync/typing'

describe('who types', () => {
  it('is shown for six seconds after the last word of it', () => {
    const typists = new Typists()
    typists.typed('10/42', 42, 1_000)
    expect(typists.expire(4_000)).toBe(1_000 + fades)
    typists.typed('10/42', 42, 4_000)
    expect(typists.expire(4_000 + fades - 1)).toBe(4_000 + fades)
    expect(typists.all.get('10/42')).toEqual([42])
    expect(typists.expire(4_000 + fades)).toBeNull()
    expect(typists.all.size).toBe(0)
  })

  it('is nobody any more when their message is here, and others go on', () => {
    const typists = new Typists()
    for (const userId of [51, 52]) typists.typed('11/3', userId, 0)
    typists.typed('10/51', 51, 0)
    typists.stopped('11/3', 51)
    expect([...typists.all]).toEqual([
      ['11/3', [52]],
      ['10/51', [51]],
    ])
    typists.stopped('11/3', 99)
    typists.stopped('11/3', 52)
    expect(typists.all.has('11/3')).toBe(false)
  })

  it('keeps the order in which they began', () => {
    const typists = new Typists()
    for (const userId of [52, 51, 52]) typists.typed('11/3', userId, 0)
    expect(typists.all.get('11/3')).toEqual([52, 51])
  })
})
