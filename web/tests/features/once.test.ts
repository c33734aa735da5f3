import { afterEach, expect, it, vi } from 'vitest'
import { takes } from '@/features/push/once'

afterEach(() => void vi.unstubAllGlobals())

it('of several tabs one tells of a message, whatever the number of the chat', async () => {
  // The locks of a browser, which all its tabs have together.
  const held = new Set<string>()
  const request = async (name: string, _: object, work: (lock: object | null) => Promise<void>) => {
    if (held.has(name)) return work(null)
    held.add(name)
    await work({})
    held.delete(name)
  }
  vi.stubGlobal('navigator', { locks: { request } })
  vi.useFakeTimers()
  expect(await takes(7)).toBe(true)
  expect(await takes(7)).toBe(false)
  expect(await takes(8)).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(held.size).toBe(0)
  vi.useRealTimers()
})

it('without locks each tab tells', async () => {
  vi.stubGlobal('navigator', {})
  expect([await takes(7), await takes(7)]).toEqual([true, true])
})
