/** The unread messages of a chat that name the reader: how many there are, and the way from each to the next. */
import { computed } from 'vue'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { parseRows } from '@/protocol/guards'
import { parseMessage, type Message } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { fail } from '@/ui/dialogs'

export function useCalls(key: ChatKey | '', jump: (message: Message) => void) {
  const live = useLive()
  /** As the server said last, ascending. */
  let rows: Message[] = []
  /** Seq of the one that was gone to last. */
  let last = 0
  let asking = false

  const row = computed(() => (key ? live.inbox.get(key) : undefined))
  const count = computed(() => row.value?.mentions ?? 0)

  /** The first one behind the last, and behind what is read. */
  function following(): Message | undefined {
    return rows.find(({ seq }) => seq > Math.max(last, row.value?.read ?? 0))
  }

  /** Goes to the next one; behind the last of them to the first that is still unread. */
  async function next(): Promise<void> {
    if (!key || asking) return
    asking = true
    try {
      let message = following()
      if (!message) {
        rows = parseRows((await live.api.call('/message/mentions', { ...parseChatKey(key) })).rows, parseMessage)
        message = following() ?? rows.at(0)
      }
      if (!message) return
      last = message.seq
      jump(message)
    } catch (error) {
      fail(error)
    } finally {
      asking = false
    }
  }

  return { count, next }
}
