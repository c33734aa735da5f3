import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Code } from '@/protocol/codes'
import { oneByOne } from '@/state/retry'
import { ApiError } from '@/transport/errors'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('asks for one after the other, each once, and not within who wants it', async () => {
  const begun: number[] = []
  const answers: (() => void)[] = []
  const want = oneByOne((id) => {
    begun.push(id)
    return new Promise<void>((resolve) => answers.push(resolve))
  })
  for (const id of [1, 2, 2, 3]) want(id)
  expect(begun).toEqual([])
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toEqual([1])
  for (const next of [2, 3]) {
    answers.pop()?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(begun.at(-1)).toBe(next)
  }
  answers.pop()?.()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(begun).toEqual([1, 2, 3])
})

it('asks again what is wanted anew while its answer is on the way', async () => {
  const begun: number[] = []
  const answers: (() => void)[] = []
  const want = oneByOne((id) => {
    begun.push(id)
    return new Promise<void>((resolve) => answers.push(resolve))
  })
  want(1)
  await vi.advanceTimersByTimeAsync(0)
  want(1)
  answers.pop()?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toEqual([1, 1])
})

it('waits as long as it is told to, asks for all that is left, and takes a refusal for an answer', async () => {
  const begun: number[] = []
  let busy = true
  const want = oneByOne(async (id) => {
    begun.push(id)
    if (busy) throw new ApiError(Code.SlowDown, 'slowly', 9)
    if (id === 1) throw new ApiError(Code.NotFound, 'nobody')
  })
  want(1)
  want(2)
  await vi.advanceTimersByTimeAsync(8_999)
  expect(begun).toEqual([1])
  busy = false
  await vi.advanceTimersByTimeAsync(60_000)
  expect([...begun].sort()).toEqual([1, 1, 2])
})
