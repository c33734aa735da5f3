/** The four lists of the page, for the tab bar and the rail. */
import type { TextKey } from '@/i18n'
import type { IconName } from '@/icons'

export type Tab = 'chats' | 'contacts' | 'groups' | 'me'

export const tabs: readonly { tab: Tab; to: string; icon: IconName; label: TextKey }[] = [
  { tab: 'chats', to: '/', icon: 'chat', label: 'nav.chats' },
  { tab: 'contacts', to: '/contacts', icon: 'people', label: 'nav.contacts' },
  { tab: 'groups', to: '/groups', icon: 'group', label: 'nav.groups' },
  { tab: 'me', to: '/me', icon: 'person', label: 'nav.me' },
]
