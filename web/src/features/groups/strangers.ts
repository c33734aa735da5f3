/** Members of large groups who are shown although they are not among the first: asked for by number, some at once. */
import { sleep, waitFor } from '@/state/retry'

/** So many in a call; ms within which all that come up are asked for together. */
const some = 50
const pause = 60

/**
 * `missing` says who is to be asked for at all, `ask` does it. Each is asked for once, found or not, until `renew` or
 * `forget`; nothing here rejects.
 */
export function useStrangers(
  missing: (group: number, id: number) => boolean,
  ask: (group: number, ids: number[]) => Promise<void>,
) {
  const asked = new Map<number, Set<number>>()
  const waiting = new Map<number, Set<number>>()
  let running = false

  /** Somebody is shown; their row is asked for in the background, and the view redraws when it came. */
  function want(group: number, id: number): void {
    if (!missing(group, id) || asked.get(group)?.has(id)) return
    add(asked, group, id)
    add(waiting, group, id)
    void askForAll()
  }

  /** Something became of these: who was asked for is asked for anew. */
  function renew(group: number, ids: readonly number[]): void {
    for (const id of ids) if (asked.get(group)?.delete(id)) want(group, id)
  }

  async function askForAll(): Promise<void> {
    if (running) return
    running = true
    await sleep(pause)
    for (const [group, ids] of waiting) {
      const now = [...ids].slice(0, some)
      try {
        await ask(group, now)
      } catch (error) {
        const wait = waitFor(error)
        if (wait !== null) {
          await sleep(wait)
          continue
        }
      }
      for (const id of now) ids.delete(id)
      if (ids.size === 0) waiting.delete(group)
    }
    running = false
    if (waiting.size > 0) void askForAll()
  }

  return { want, renew, forget: () => asked.clear() }
}

function add(sets: Map<number, Set<number>>, group: number, id: number): void {
  const set = sets.get(group) ?? new Set()
  sets.set(group, set.add(id))
}
