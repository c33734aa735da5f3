/** What is done to one's account elsewhere; log-ins on devices that it did not know are found by who was away, too. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { t } from '@/i18n'
import type { SessionRow } from '@/protocol/sessions'
import { useLive } from '@/state/live'
import { alert, toast } from '@/ui/dialogs'
import { confirmSession, loadSessions } from './sessions'

export const useDevices = defineStore('devices', () => {
  const live = useLive()
  /** Sessions that nobody has said to know, other than this one. */
  const unknown = shallowRef<readonly SessionRow[]>([])

  async function load(): Promise<void> {
    const rows = await loadSessions()
    // A session that is new itself has nothing to say about others.
    const own = rows.find((row) => row.current)
    unknown.value = own?.fresh ? [] : rows.filter((row) => row.fresh && !row.current)
  }

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

  return { unknown, load, confirm }
})
