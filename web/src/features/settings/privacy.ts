/**
 * What the reader has decided about being seen, asked and found. It belongs to the account: the server keeps it,
 * and all devices agree. A switch shows at once, and goes back when the server would not have it.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { parseSettings, type UserSettings } from '@/protocol/settings'
import { useLive } from '@/state/live'
import { inTurn } from '@/state/turns'

export const usePrivacy = defineStore('privacy', () => {
  const live = useLive()
  /** null until the server has told them. */
  const settings = shallowRef<UserSettings | null>(null)
  /** Switches that were not answered yet: what comes between them is older than what is shown. */
  let open = 0

  const load = inTurn(async () => {
    const told = parseSettings((await live.api.call('/user/settings')).data)
    if (open === 0 && told) settings.value = told
  })

  /** Rejects with the server's reason; the switch is back then. */
  async function change(some: Partial<UserSettings>): Promise<void> {
    const before = settings.value
    if (!before) return
    settings.value = { ...before, ...some }
    open += 1
    try {
      await live.api.call('/user/settings', some)
      open -= 1
    } catch (error) {
      open -= 1
      settings.value = before
      throw error
    }
  }

  /** Asks again, for whoever shows them. */
  function refresh(): void {
    if (settings.value) load().catch(() => undefined)
  }

  live.events.on('welcome', refresh)
  // Another device of the reader, or another page.
  live.events.on('contact', ({ what, userid }) => {
    if (what === 'updated' && userid === live.api.userId) refresh()
  })

  return { settings, load, change }
})
