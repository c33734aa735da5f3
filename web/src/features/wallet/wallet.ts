/** The reader's points, and what came and went; asked for anew whenever they are looked at. */
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
      rows.value = await page()
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

  live.events.on('forget', () => {
    balance.value = null
    rows.value = []
    loaded.value = more.value = false
  })

  return { balance, rows, more, loaded, busy, look, older }
})
