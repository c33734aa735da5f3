/** The reader's points, and what came and went; asked for anew whenever they are looked at, and while they are whenever a
 * packet, of whatever device, has changed them. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { count, isFields, parseRows } from '@/protocol/guards'
import { parseWalletEntry, type WalletEntry } from '@/protocol/wallet'
import { useLive } from '@/state/live'

export const useWallet = defineStore('wallet', () => {
  const live = useLive()
  /** null until it is known. */
  const balance = shallowRef<number | null>(null)
  /** The newest first. */
  const rows = shallowRef<readonly WalletEntry[]>([])
  const more = shallowRef(false)
  const loaded = shallowRef(false)
  const busy = shallowRef(false)

  async function page(before?: number): Promise<WalletEntry[]> {
    const answer = await live.api.call('/wallet/entries', before ? { before } : {})
    more.value = isFields(answer.data) && answer.data.more === 1
    return parseRows(answer.rows, parseWalletEntry)
  }

  /** The balance and the newest entries. */
  async function look(): Promise<void> {
    busy.value = true
    try {
      const { data } = await live.api.call('/wallet/balance')
      if (isFields(data)) balance.value = count(data.balance)
      const beyond = more.value
      const found = await page()
      // What was read further down stays: an entry never changes.
      const older = rows.value.filter(({ id }) => id < (found.at(-1)?.id ?? 0))
      if (older.length > 0) more.value = beyond
      rows.value = [...found, ...older]
      loaded.value = true
    } finally {
      busy.value = false
    }
  }

  async function older(): Promise<void> {
    const last = rows.value.at(-1)
    if (busy.value || !more.value || !last) return
    busy.value = true
    try {
      const found = await page(last.id)
      rows.value = [...rows.value, ...found]
    } finally {
      busy.value = false
    }
  }

  /** Views that show the points now. */
  let watching = 0

  /** They are kept up to date until what this returns is called. */
  function watch(): () => void {
    watching += 1
    return () => void (watching -= 1)
  }

  function renew(): void {
    if (watching > 0) look().catch(() => undefined)
  }

  live.events.on('welcome', renew)
  live.events.on('paid', renew)
  live.events.on('packetOpened', ({ event }) => event.userid === live.api.userId && renew())
  live.events.on('forget', () => {
    balance.value = null
    rows.value = []
    loaded.value = more.value = false
  })

  return { balance, rows, more, loaded, busy, look, older, watch }
})
