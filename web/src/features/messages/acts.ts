/** What is done to the messages of a chat from their bubbles, and from the menu of each. */
import { computed, shallowRef } from 'vue'
import { useUsers } from '@/features/accounts/users'
import type { MessageActs } from '@/features/changes/acts'
import EditsDialog from '@/features/changes/EditsDialog.vue'
import ReactorsDialog from '@/features/changes/ReactorsDialog.vue'
import { allowed, copied, type MenuAct } from '@/features/changes/allowed'
import { useChanges } from '@/features/changes/changes'
import { copyText } from '@/features/changes/clipboard'
import type { Pressed } from '@/features/changes/press'
import { recallWords } from '@/features/changes/words'
import { useConversations } from '@/features/conversations/conversations'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Kind, Media } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { openDialog } from '@/ui/dialogs'
import { useChat } from './chat'
import type { Entry } from './entry'
import { useQuotes } from './quotes'

/** A tap beside these closes them. */
const light = { light: true }

interface Parts {
  reply: (message: Message) => void
  edit: (message: Message) => void
  /** Puts a text into the field. */
  write: (text: string) => void
  jump: (message: Message) => void
}

export function useActs(key: ChatKey | '', { reply, edit, write, jump }: Parts) {
  const live = useLive()
  const chat = useChat()
  const users = useUsers()
  const changes = useChanges()
  const conversations = useConversations()
  const quotes = useQuotes()
  const me = live.api.userId

  const acts: MessageActs = {
    nameOf: (id) => (id === me ? t('chat.you') : users.nameOf(id)),
    words: (message) => recallWords(message, me, users.nameOf),
    textOf: changes.textOf,
    again: (id) => write(changes.textOf(id)),
    quoted: (id) => chat.byId.get(id) ?? (key ? quotes.get(key, id) : null),
    jump,
    react: changes.react,
    reactors: (message, content) =>
      void openDialog(ReactorsDialog, { title: t('reaction.who'), message, content }, light),
    edits: (message) => void openDialog(EditsDialog, { title: t('edit.history'), message }, light),
  }

  /** The message whose menu is open. */
  const menu = shallowRef<{ message: Message; bubble: HTMLElement; pressed: Pressed } | null>(null)
  const menuParts = computed(() => {
    if (!menu.value || !key) return null
    const { message, bubble, pressed } = menu.value
    const writable = !conversations.barred(key)
    const reacts = writable && message.media !== Media.Notice && !message.recalled
    return {
      ...pressed,
      bubble,
      own: message.userid === me,
      acts: actsOf(message),
      mine: reacts ? (message.mine ?? []) : null,
    }
  })

  function actsOf(message: Message): MenuAct[] {
    if (!key) return []
    const owner = conversations.target(key).group?.ownerid === me && message.cmd === Kind.Room
    const now = live.engine?.now() ?? Date.now()
    return allowed(message, { me, owner, now, writable: !conversations.barred(key) })
  }

  /** A bubble was pressed for its menu. False when there is nothing in it. */
  function openMenu(entry: Entry, bubble: HTMLElement, pressed: Pressed): boolean {
    const message = entry.message as Message
    if (!entry.seq || actsOf(message).length === 0) return false
    menu.value = { message, bubble, pressed }
    return true
  }

  function closeMenu(): void {
    menu.value = null
  }

  async function run(act: MenuAct): Promise<void> {
    const message = menu.value?.message
    closeMenu()
    if (!message) return
    if (act === 'reply') reply(message)
    else if (act === 'edit') edit(message)
    else if (act === 'recall') changes.recall(message)
    else if (act === 'copy') {
      const done = await copyText(copied(message))
      mui.toast(t(done ? 'menu.copied' : 'menu.notCopied'), done ? 'info' : 'error')
    } else changes.pin(message)
  }

  function react(content: string): void {
    const message = menu.value?.message
    closeMenu()
    if (message) changes.react(message, content)
  }

  return { acts, menuParts, openMenu, closeMenu, run, react }
}
