/** What one types to put points into a chat, what is wrong with it, and sending it once. */
import { computed, ref, watch } from 'vue'
import { t } from '@/i18n'
import { Code } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import type { PacketMode } from '@/protocol/packets'
import { useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'
import { useBalance } from './balance'
import { usePackets } from './packets'

/** The points that a text is, 0 for none. */
export function whole(text: string): number {
  const given = /^\d{1,13}$/.test(text.trim()) ? Number(text.trim()) : 0
  return given > limits.packetPoints ? 0 : given
}

export function usePutting(chat: ChatKey, group: boolean) {
  const live = useLive()
  const packets = usePackets()
  const { balance, ask } = useBalance()
  void ask()

  const mode = ref<PacketMode>('lucky')
  const points = ref('')
  const number = ref('')
  const memo = ref('')
  const tried = ref(false)
  const busy = ref(false)
  const trouble = ref('')
  /** Whatever is pressed again goes by the same one, so that it is sent once. */
  let cid = packets.newPacket()

  /** Equal ones are said one by one, lucky ones all together. */
  const each = computed(() => group && mode.value === 'equal')
  const count = computed(() => (group ? whole(number.value) : 1))
  const amount = computed(() => whole(points.value) * (each.value ? count.value : 1))
  const countProblem = computed(() => {
    const right = !group || (count.value >= 1 && count.value <= limits.packetShares)
    return right ? '' : t('packet.needCount', { n: limits.packetShares })
  })
  const amountProblem = computed(() => {
    if (whole(points.value) < 1) return t('packet.needAmount')
    if (amount.value < count.value) return t('packet.tooFew')
    return balance.value !== null && amount.value > balance.value ? t('packet.noPoints') : ''
  })
  watch([mode, points, number, memo], () => (trouble.value = ''))

  /** Resolves to how it ended: 'sent', 'before' when an earlier try did arrive after all, '' when it has to be tried again. */
  async function send(): Promise<'sent' | 'before' | ''> {
    tried.value = true
    if (busy.value || countProblem.value || amountProblem.value) return ''
    if (live.connection !== 'online') {
      trouble.value = t('packet.offline')
      return ''
    }
    busy.value = true
    try {
      const form = { amount: amount.value, count: count.value, mode: mode.value, memo: memo.value.trim() }
      await packets.send(chat, form, cid)
      return 'sent'
    } catch (error) {
      return failed(error)
    } finally {
      busy.value = false
    }
  }

  function failed(error: unknown): 'before' | '' {
    if (!(error instanceof ApiError)) throw error
    if (error.code === Code.Conflict) return 'before'
    // Without an answer it may be there already: the next try has to be the same one.
    if (error.passing) trouble.value = t('packet.unsure')
    else {
      trouble.value = error.message
      cid = packets.newPacket()
      void ask()
    }
    return ''
  }

  return { mode, points, number, memo, tried, busy, trouble, balance, each, amount, countProblem, amountProblem, send }
}
