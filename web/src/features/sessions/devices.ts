/** What is done to one's account elsewhere; log-ins on devices that it did not know are found by who was away, too. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { t } from '@/i18n'
import type { SessionRow } from '@/protocol/sessions'
import { useLive } from '@/state/live'
import { inTurn } from '@/state/turns'
import { alert, toast } from '@/ui/dialogs'
import { confirmSession, loadSessions } from './sessions'

export const useDevices = defineStore('devices', () => {
  const live = useLive()
  /** Where one is logged in, as far as it was told. */
  const rows = shallowRef<readonly SessionRow[]>([])
  /** A session that is new itself has nothing to say about others. */
  const trusted = computed(() => rows.value.some((row) => row.current && !row.fresh))
  /** Sessions that nobody has said to know, other than this one. */
  const unknown = computed(() => (trusted.value ? rows.value.filter((row) => row.fresh && !row.current) : []))

  const load = inTurn(async () => {
    rows.value = await loadSessions()
  })

  /** It was the reader, each time. */
  async function confirm(): Promise<void> {
    for (const row of unknown.value) await confirmSession(row.id)
    await load()
  }

  const look = () => void load().catch(() => undefined)
  live.events.on('welcome', look)
  live.events.on('account', ({ what, on }) => {
    if (what === 'login') look()
    if (what === 'totp') toast(on ? t('totp.isOn') : t('totp.isOff'))
    if (what === 'reset') void alert(t('reset.made'))
  })

  return { rows, trusted, unknown, load, confirm }
})
