/** Of several tabs, which hear of a message in the same moment, one is the first to take it. */
import { sleep } from '@/state/retry'

/** ms for which a message is taken: tabs hear of one within a moment. */
const moment = 10_000

/** Whether this tab is the first. Without locks, where the address is not safe, each is. */
export function takes(id: number): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    void locks.request(`magpie:told:${id}`, { ifAvailable: true }, async (lock) => {
      resolve(lock !== null)
      if (lock) await sleep(moment)
    })
  })
}
