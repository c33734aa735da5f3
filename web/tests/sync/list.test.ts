import { describe, expect, it } from 'vitest'
import type { Conversation } from '@/protocol/conversations'
import { ListCursor, type ListAnswer } from '@/sync/list'

const row = (change: number) => ({ change }) as Conversation

function answer(changes: number[], change: number, more: Partial<ListAnswer> = {}): ListAnswer {
  return { rows: changes.map(row), epoch: 1, change, more: false, ...more }
}

describe('the list is asked for', () => {
  it('as a whole at first, and then by what has changed', () => {
    const cursor = new ListCursor()
    expect(cursor.first()).toEqual({})
    expect(cursor.next({}, answer([7, 3, 9], 9))).toBeNull()
    expect(cursor.first()).toEqual({ after: 9 })
    expect(cursor.next({ after: 9 }, answer([], 12))).toBeNull()
    expect(cursor.first()).toEqual({ after: 12 })
  })

  it('page by page, and for what changed while the pages were read', () => {
    const cursor = new ListCursor()
    expect(cursor.next({}, answer([9], 9, { more: true, next: 'x' }))).toEqual({ before: 'x' })
    expect(cursor.next({ before: 'x' }, answer([7], 11, { more: true, next: 40 }))).toEqual({ before: 40 })
    expect(cursor.first()).toEqual({})
    expect(cursor.next({ before: 40 }, answer([3], 12))).toEqual({ after: 9 })
    expect(cursor.next({ after: 9 }, answer([10, 12], 12))).toBeNull()
    expect(cursor.first()).toEqual({ after: 12 })
  })

  it('on from the last row when an answer ended early, wherever the list stands', () => {
    const cursor = new ListCursor()
    cursor.next({}, answer([5], 5))
    expect(cursor.next({ after: 5 }, answer([6, 8], 99, { more: true }))).toEqual({ after: 8 })
    expect(cursor.first()).toEqual({ after: 8 })
    expect(cursor.next({ after: 8 }, answer([99], 99))).toBeNull()
    expect(cursor.first()).toEqual({ after: 99 })
  })

  it('not for ever by a server that says "more" and gives none', () => {
    const cursor = new ListCursor()
    expect(cursor.next({}, answer([5], 5, { more: true }))).toBeNull()
    expect(cursor.next({ after: 5 }, answer([], 5, { more: true }))).toBeNull()
  })

  it('as a whole each time when the server does not count changes, or has another history', () => {
    const cursor = new ListCursor()
    cursor.next({}, answer([0, 0], 0))
    expect(cursor.first()).toEqual({})
    cursor.next({}, answer([5], 5))
    cursor.reset()
    expect(cursor.first()).toEqual({})
  })
})
