/** The title of the tab: how much is unread, and what is open. "(3) 阿波 · 鹊桥". */
import { watchEffect } from 'vue'
import { useConversations } from '@/features/conversations/conversations'
import { t } from '@/i18n'
import { chatOf, router } from '@/router'

export function titleOf(unread: number, open: string, app: string): string {
  const count = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ` : ''
  return `${count}${open} · ${app}`
}

/** Keeps the title as the page is. Called once, by the chat page. */
export function keepTitle(): void {
  const conversations = useConversations()
  watchEffect(() => {
    const { params, meta } = router.currentRoute.value
    const key = chatOf(params)
    const open = key ? conversations.target(key).title : t(`nav.${meta.tab ?? 'chats'}`)
    document.title = titleOf(conversations.unread, open, t('app.name'))
  })
}
