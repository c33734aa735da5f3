/** A chat that is opened at one of its messages, by an address that names its seq: `#/c/11/7?at=123`. */
import { computed, watch } from 'vue'
import { useRoute } from 'vue-router'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import { chatPath, router } from '@/router'
import { useChat } from './chat'

export function useLanding(key: ChatKey | '', jump: (message: Message) => void): void {
  const route = useRoute()
  const chat = useChat()
  const wanted = computed(() => Number(route.query.at) || 0)

  watch(
    () => (chat.key === key && !chat.loading ? wanted.value : 0),
    (seq) => {
      if (!key || seq <= 0) return
      // Once: who comes back, or loads the page anew, is where they were.
      void router.replace(chatPath(key))
      jump({ seq } as Message)
    },
    { immediate: true, flush: 'post' },
  )
}
