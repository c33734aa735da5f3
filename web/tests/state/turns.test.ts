import { expect, it } from 'vitest'
import { inTurn } from '@/state/turns'

/** A list that is loaded by hand: each run waits for `answer` or `fail`. */
function byHand() {
  const runs: { resolve: () => void; reject: (reason: Error) => void }[] = []
  const load = inTurn(() => new Promise<void>((resolve, reject) => runs.push({ resolve, reject })))
  return { runs, load }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

it('makes one more run for all who ask while one runs, when that has ended', async () => {
  const { runs, load } = byHand()
  const ended: number[] = []
  const calls = [1, 2, 3].map((number) => load().then(() => ended.push(number)))
  expect(runs).toHaveLength(1)
  runs[0].resolve()
  await turn()
  expect([runs.length, ...ended]).toEqual([2, 1])
  runs[1].resolve()
  await Promise.all(calls)
  expect([runs.length, ...ended]).toEqual([2, 1, 2, 3])
  void load()
  expect(runs).toHaveLength(3)
})

it('runs again after one that failed, of which only its own callers hear', async () => {
  const { runs, load } = byHand()
  const first = load()
  const second = load()
  runs[0].reject(new Error('no line'))
  await expect(first).rejects.toThrow('no line')
  await turn()
  runs[1].resolve()
  await expect(second).resolves.toBeUndefined()
})
