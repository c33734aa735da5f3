/** The four lists of the page, for the tab bar and the rail. */
import { t, type TextKey } from '@/i18n'
import type { IconName } from '@/icons'

export type Tab = 'chats' | 'contacts' | 'groups' | 'me'

export const tabs: readonly { tab: Tab; to: string; icon: IconName; label: TextKey }[] = [
  { tab: 'chats', to: '/', icon: 'chat', label: 'nav.chats' },
  { tab: 'contacts', to: '/contacts', icon: 'people', label: 'nav.contacts' },
  { tab: 'groups', to: '/groups', icon: 'group', label: 'nav.groups' },
  { tab: 'me', to: '/me', icon: 'person', label: 'nav.me' },
]

/** What waits at a tab: how many, and in words, '' for nothing. `joining`: people who want to come into groups. */
export function countsOf(
  unread: number,
  waiting: number,
  joining: number,
): Partial<Record<Tab, { n: number; words: string }>> {
  return {
    chats: { n: unread, words: unread > 0 ? t('list.unread', { n: unread }) : '' },
    contacts: { n: waiting, words: waiting > 0 ? t('request.waiting', { n: waiting }) : '' },
    groups: { n: joining, words: joining > 0 ? t('group.requestsWait', { n: joining }) : '' },
  }
}
