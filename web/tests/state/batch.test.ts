import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Batch } from '@/state/batch'

let shown: number
let batch: Batch

beforeEach(() => {
  vi.useFakeTimers()
  shown = 0
  batch = new Batch(() => shown++, 60)
})

afterEach(() => {
  vi.useRealTimers()
})

it('shows a single change at once', () => {
  batch.mark()
  expect(shown).toBe(1)
  vi.advanceTimersByTime(1_000)
  expect(shown).toBe(1)
})

it('shows a burst in few steps, its end included', () => {
  for (let count = 0; count < 600; count++) {
    batch.mark()
    vi.advanceTimersByTime(1)
  }
  vi.advanceTimersByTime(60)
  expect(shown).toBe(11)
})

it('does not keep the reader waiting for what they did', () => {
  batch.mark()
  batch.mark()
  expect(shown).toBe(1)
  batch.flush()
  expect(shown).toBe(2)
  batch.flush()
  expect(shown).toBe(2)
})
