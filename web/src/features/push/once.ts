/** Of several tabs, which hear of a message in the same moment, one is the first to take it. */
import { localStore } from '@/state/storage'

const name = 'magpie:told'
/** Messages that are remembered: tabs hear of one within a moment. */
const REMEMBERED = 50

/** Whether this tab is the first. */
export async function takes(id: number): Promise<boolean> {
  const take = (): boolean => {
    const taken = (localStore.getItem(name) ?? '').split(' ')
    if (taken.includes(String(id))) return false
    localStore.setItem(name, [...taken.slice(-REMEMBERED), id].join(' '))
    return true
  }
  // There are no locks where the address is not safe; then the store alone decides, nearly always rightly.
  const locks = navigator.locks as LockManager | undefined
  return locks ? locks.request(name, take) : take()
}
