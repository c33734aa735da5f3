/**
 * What the reader has on the screen. The server is told, and sends who types and who is online for
 * that only; a hidden page looks at nothing.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useContacts } from '@/features/contacts/contacts'
import { useChat } from '@/features/messages/chat'
import { Kind } from '@/protocol/codes'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { useLive } from '@/state/live'

interface Look {
  key: ChatKey | ''
  friends: boolean
}

export const useLook = defineStore('look', () => {
  const live = useLive()
  const chat = useChat()
  const contacts = useContacts()
  const friends = shallowRef(false)
  const visible = shallowRef(document.visibilityState === 'visible')
  document.addEventListener('visibilitychange', () => (visible.value = document.visibilityState === 'visible'))

  const look = computed<Look>(() =>
    visible.value ? { key: chat.key, friends: friends.value } : { key: '', friends: false },
  )

  watch(
    [() => live.engine, look] as const,
    ([engine, now], [, before]) => {
      engine?.look(now.key, now.friends)
      // Nobody has told us who came and went before; after a welcome all friends are asked for anyway.
      if (before && live.connection === 'online' && showsMore(now, before)) contacts.refresh()
    },
    { immediate: true },
  )

  return { friends }
})

/** Whether `now` shows somebody being online whom `before` did not. */
function showsMore(now: Look, before: Look): boolean {
  if (before.friends) return false
  return now.friends || (now.key !== before.key && parseChatKey(now.key)?.kind === Kind.Single)
}
