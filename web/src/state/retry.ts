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

/**
 * Returns what asks for a number in the background: those that wait are asked for one after the other, for a long list
 * must not use up the reader's calls. One that passing trouble kept from its answer is asked for again; of a refusal
 * nobody is told, and nothing rejects.
 */
export function oneByOne(ask: (id: number) => Promise<unknown>): (id: number) => void {
  const wanted = new Set<number>()
  let asking = false

  async function askForWanted(): Promise<void> {
    if (asking) return
    asking = true
    // Not within the render that asked.
    await Promise.resolve()
    for (const id of wanted) {
      // What is wanted anew from now on may have another answer.
      wanted.delete(id)
      const wait = await ask(id).then(() => null, waitFor)
      if (wait === null) continue
      wanted.add(id)
      await sleep(wait)
    }
    asking = false
  }

  return (id) => {
    wanted.add(id)
    void askForWanted()
  }
}
