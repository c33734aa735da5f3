import type { Barred } from '@/features/conversations/conversations'
import type { TextKey } from '@/i18n'

/** What is said in the place of the composer, and to who tries all the same. */
export const barredWords: Record<Exclude<Barred, ''>, TextKey> = {
  stranger: 'contact.stranger',
  outside: 'group.outside',
  dissolved: 'group.dissolvedHint',
  muted: 'group.youAreMuted',
  mutedAll: 'group.allAreMuted',
}
