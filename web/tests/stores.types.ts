/** Checked by the compiler alone: the stores are what `state/api.ts` promises to the views. */
import type * as api from '@/state/api'
import type { useChat } from '@/state/chat'
import type { useConnection } from '@/state/connection'
import type { useContacts } from '@/state/contacts'
import type { useConversations } from '@/state/conversations'
import type { useDrafts } from '@/state/drafts'
import type { useLook } from '@/state/look'
import type { useSession } from '@/state/session'
import type { useSettings } from '@/state/settings'
import type { useTyping } from '@/state/typing'

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
