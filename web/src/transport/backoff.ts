/**
 * Waiting times between attempts: doubling, capped, each drawn at random so that clients spread out.
 * The cap is what the last of all waits after a restart, so it is low: ten thousand clients that try
 * every four seconds on average are what one process takes in.
 */

const first = 500
const longest = 7_500

/**
 * Milliseconds to wait before attempt number `failures` (1 after the first failure), with full
 * jitter: anything from 0 to the doubled time.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longest, first * 2 ** Math.min(failures, 10))
  return Math.round(random() * ceiling)
}
