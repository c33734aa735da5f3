import { expect, it } from 'vitest'
import { ServerClock } from '@/sync/clock'

const hour = 3_600_000

function device(at: number) {
  const state = { date: at, steady: 0 }
  return {
    state,
    date: () => state.date,
    steady: () => state.steady,
    run(ms: number) {
      state.date += ms
      state.steady += ms
    },
  }
}

it('is the device’s until the server says what time it is', () => {
  const mine = device(1_000 * hour)
  const clock = new ServerClock(mine)
  expect(clock.now()).toBe(1_000 * hour)
  clock.told(900 * hour)
  expect(clock.now()).toBe(900 * hour)
  mine.run(hour)
  expect(clock.now()).toBe(901 * hour)
})

it('goes on over a clock that is set, and over a sleep', () => {
  const mine = device(1_000 * hour)
  const clock = new ServerClock(mine)
  clock.told(1_000 * hour)
  mine.state.date += 26 * hour
  clock.told(1_000 * hour + 25)
  expect(clock.now()).toBe(1_000 * hour + 25)
  mine.state.date += 8 * hour
  mine.state.steady += 10
  clock.told(1_008 * hour)
  expect(clock.now()).toBe(1_008 * hour)
})

it('does not waver with how long an answer takes', () => {
  const mine = device(1_000 * hour)
  const clock = new ServerClock(mine)
  clock.told(1_000 * hour)
  mine.run(25_000)
  clock.told(1_000 * hour + 24_000)
  expect(clock.now()).toBe(1_000 * hour + 25_000)
})
