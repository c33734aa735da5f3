/** Calls that are made again by themselves: how long to wait after one that failed. */
import { ApiError } from '@/transport/errors'

const pause = 3_000

/** ms to wait before the same call may well succeed; null for a refusal, which stays one. */
export function waitFor(error: unknown): number | null {
  return error instanceof ApiError && error.passing ? Math.max(pause, error.retryAfter * 1000) : null
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
