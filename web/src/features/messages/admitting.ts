/** Why nothing can be written in a chat, until when, and the way in. */
import { computed, ref } from 'vue'
import { showUser } from '@/features/contacts/addFriend'
import { useConversations } from '@/features/conversations/conversations'
import { useNow } from '@/features/groups/now'
import { useVoice } from '@/features/groups/voice'
import { untilText } from '@/features/groups/words'
import { mui } from '@/mui'
import { Kind } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import { router } from '@/router'
import { fail } from '@/ui/dialogs'

export function useAdmitting(key: ChatKey | '') {
  const conversations = useConversations()
  const voice = useVoice()
  const now = useNow()
  const barred = computed(() => (key ? conversations.barred(key) : ''))
  const until = computed(() => {
    const muted = barred.value === 'muted' || barred.value === 'mutedAll'
    const end = key && muted ? (voice.silence(conversations.target(key).dstid)?.until ?? 0) : 0
    return end > 0 ? untilText(end, now()) : ''
  })
  const admitting = ref(false)

  async function admit(): Promise<void> {
    if (!key) return
    const { kind, dstid } = conversations.target(key)
    // How one comes into a group is for its page to say.
    if (kind === Kind.Room) return void router.push(`/g/${dstid}`)
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

  return { barred, until, admitting, admit }
}
