/** Calls of the pages before log-in, where no live connection tells whether the server is there. */
import { onBeforeUnmount, onMounted, readonly, shallowRef, type Ref } from 'vue'
import { Code } from '@/protocol/codes'
import { sleep } from '@/state/retry'
import { ApiError } from '@/transport/errors'

/** ms after which a call without an answer is spoken of, and ms between two tries. */
const slowAfter = 1_500
const pause = 3_000

/** What keeps a call: no answer yet, or a server that can't be reached and is tried again. */
export type Hindrance = '' | 'slow' | 'unreachable'

/**
 * Makes a call until the server has answered it, yes or no; only a refusal is thrown. `hindered` hears
 * what there is to wait for. False when `cancelled` before.
 */
export async function untilAnswered(
  call: () => Promise<unknown>,
  hindered: (by: Hindrance) => void,
  cancelled: () => boolean,
): Promise<boolean> {
  while (!cancelled()) {
    const slow = setTimeout(() => cancelled() || hindered('slow'), slowAfter)
    try {
      await call()
      return !cancelled()
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== Code.Network) throw error
      if (!cancelled()) hindered('unreachable')
    } finally {
      clearTimeout(slow)
    }
    await sleep(pause)
  }
  return false
}

/** True while the browser says that there is no network. */
export function useOffline(): Readonly<Ref<boolean>> {
  const offline = shallowRef(false)
  const look = () => (offline.value = navigator.onLine === false)
  onMounted(() => {
    look()
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('online', look)
    window.removeEventListener('offline', look)
  })
  return readonly(offline)
}
