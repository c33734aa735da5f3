import { beforeEach, expect, it, vi } from 'vitest'
import { takes } from '@/features/push/once'

beforeEach(() => vi.stubGlobal('navigator', {}))

it('of several tabs one tells of a message, whatever the number of the chat', async () => {
  expect(await takes(300)).toBe(true)
  expect(await takes(300)).toBe(false)
  expect(await takes(7)).toBe(true)
  expect(await Promise.all([takes(8), takes(8)])).toEqual([true, false])
})
