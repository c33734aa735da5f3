/** The two ends of the open chat's window: pages are loaded there, and without a network there may be none to be had. */
import { shallowRef, watch } from 'vue'
import type { ChatKey } from '@/protocol/conversations'
import { useLive } from '@/state/live'
import { waitFor } from '@/state/retry'

export function useWindowEnd(page: (chat: ChatKey) => Promise<boolean> | undefined) {
  const live = useLive()
  const loading = shallowRef(false)
  /** What comes next is not on this computer, and nobody can be asked. */
  const stuck = shallowRef(false)

  /** One more page; resolves to false when there is none. */
  async function load(chat: ChatKey | ''): Promise<boolean> {
    if (!chat || loading.value) return true
    loading.value = true
    try {
      return (await page(chat)) ?? true
    } catch (error) {
      if (live.connection === 'online' || waitFor(error) === null) throw error
      stuck.value = true
      return false
    } finally {
      live.showNow()
      loading.value = false
    }
  }

  watch(
    () => live.connection,
    () => (stuck.value = false),
  )

  return { loading, stuck, load }
}
