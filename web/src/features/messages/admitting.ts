/** Why nothing can be written in a chat, and the way in. */
import { computed, ref } from 'vue'
import { showUser } from '@/features/contacts/addFriend'
import { useConversations } from '@/features/conversations/conversations'
import { mui } from '@/mui'
import type { ChatKey } from '@/protocol/conversations'
import { fail } from '@/ui/dialogs'

export function useAdmitting(key: ChatKey | '') {
  const conversations = useConversations()
  const barred = computed(() => (key ? conversations.barred(key) : ''))
  const admitting = ref(false)

  async function admit(): Promise<void> {
    if (!key) return
    admitting.value = true
    try {
      if (barred.value === 'stranger') await showUser(conversations.target(key).dstid)
      else mui.toast(await conversations.admit(key))
    } catch (error) {
      fail(error)
    } finally {
      admitting.value = false
    }
  }

  return { barred, admitting, admit }
}
