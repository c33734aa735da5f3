/** Checked by the compiler alone: the stores are what `state/api.ts` promises to the views. */
import type * as api from '@/state/api'
import type { useChat } from '@/features/messages/chat'
import type { useConnection } from '@/features/connection/connection'
import type { useContacts } from '@/features/contacts/contacts'
import type { useConversations } from '@/features/conversations/conversations'
import type { useDrafts } from '@/features/conversations/drafts'
import type { useLook } from '@/features/shell/look'
import type { useSession } from '@/features/accounts/account'
import type { useSettings } from '@/features/settings/settings'
import type { useTyping } from '@/features/conversations/typing'

type Keeps<Promised, Store extends Promised> = Store

export type Checked = [
  Keeps<api.SessionStore, ReturnType<typeof useSession>>,
  Keeps<api.ContactsStore, ReturnType<typeof useContacts>>,
  Keeps<api.ConversationsStore, ReturnType<typeof useConversations>>,
  Keeps<api.ChatStore, ReturnType<typeof useChat>>,
  Keeps<api.ConnectionStore, ReturnType<typeof useConnection>>,
  Keeps<api.SettingsStore, ReturnType<typeof useSettings>>,
  Keeps<api.DraftsStore, ReturnType<typeof useDrafts>>,
  Keeps<api.TypingStore, ReturnType<typeof useTyping>>,
  Keeps<api.LookStore, ReturnType<typeof useLook>>,
]
