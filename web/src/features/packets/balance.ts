/** How many points the reader has. */
import { shallowRef } from 'vue'
import { count, isFields } from '@/protocol/guards'
import { useLive } from '@/state/live'

/** `balance` is null until it is known; `ask` asks, and what fails is not worth a word. */
export function useBalance() {
  const live = useLive()
  const balance = shallowRef<number | null>(null)

  async function ask(): Promise<void> {
    try {
      const { data } = await live.api.call('/wallet/balance')
      if (isFields(data)) balance.value = count(data.balance)
    } catch {
      // Sending will say it.
    }
  }

  return { balance, ask }
}
