/**
 * Waiting times between attempts: doubling, capped, each drawn at random so that clients spread out.
 * The cap is low: a restart takes seconds, and five thousand clients that try every five seconds on
 * average are half of what one process takes in.
 */

const first = 500
const longest = 10_000

/**
 * Milliseconds to wait before attempt number `failures` (1 after the first failure), with full
 * jitter: anything from 0 to the doubled time.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longest, first * 2 ** Math.min(failures, 10))
  return Math.round(random() * ceiling)
}
