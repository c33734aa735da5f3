import type { Barred } from '@/features/conversations/conversations'
import type { TextKey } from '@/i18n'
import type { IconName } from '@/icons'

/** What is said in the place of the composer, and to who tries all the same. */
export const barredWords: Record<Exclude<Barred, ''>, TextKey> = {
  stranger: 'contact.stranger',
  blocked: 'contact.isBlocked',
  outside: 'group.outside',
  dissolved: 'group.dissolvedHint',
  muted: 'group.youAreMuted',
  mutedAll: 'group.allAreMuted',
}

/** What would help. */
export const barredHelp: Partial<Record<Barred, { icon: IconName; words: TextKey }>> = {
  stranger: { icon: 'userPlus', words: 'contact.add' },
  blocked: { icon: 'block', words: 'contact.unblock' },
  outside: { icon: 'door', words: 'group.wayBack' },
}
