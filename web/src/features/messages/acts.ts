/** What is done to the messages of a chat from their bubbles, and from the menu of each. */
import { computed, provide, shallowRef } from 'vue'
import { useUsers } from '@/features/accounts/users'
import type { MessageActs } from '@/features/changes/acts'
import EditsDialog from '@/features/changes/EditsDialog.vue'
import ReactorsDialog from '@/features/changes/ReactorsDialog.vue'
import ReadersDialog from '@/features/changes/ReadersDialog.vue'
import { allowed, copied, type MenuAct } from '@/features/changes/allowed'
import { useChanges } from '@/features/changes/changes'
import { copyText } from '@/ui/copyText'
import type { Pressed } from '@/features/changes/press'
import { recallWords } from '@/features/changes/words'
import { useArranging } from '@/features/conversations/arranging'
import { useConversations } from '@/features/conversations/conversations'
import { useFavorites } from '@/features/favorites/favorites'
import { useMembers } from '@/features/groups/members'
import { noticeText } from '@/features/media/notices'
import { namesKey } from '@/features/media/types'
import { removePreview } from '@/features/previews/previews'
import { reportMessage } from '@/features/reports/report'
import { useStickers } from '@/features/stickers/stickers'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Kind } from '@/protocol/codes'
import { groupOf, type ChatKey } from '@/protocol/conversations'
import { Role } from '@/protocol/groups'
import type { Message } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { fail, openDialog } from '@/ui/dialogs'
import { useCalls } from './calls'
import { useChat } from './chat'
import type { Entry } from './entry'
import { useLanding } from './landing'
import { useQuotes } from './quotes'

/** A tap beside these closes them. */
const light = { light: true }

interface Parts {
  reply: (message: Message) => void
  edit: (message: Message) => void
  /** Puts a text into the field. */
  add: (text: string) => void
  jump: (message: Message) => void
  forward: (message: Message) => void
  /** Begins to select several. */
  select: (message: Message) => void
  /** Names somebody in the field. */
  mention: (id: number) => void
}

export function useActs(key: ChatKey | '', { reply, edit, add, jump, forward, select, mention }: Parts) {
  const live = useLive()
  const chat = useChat()
  const users = useUsers()
  const members = useMembers()
  const changes = useChanges()
  const conversations = useConversations()
  const arranging = useArranging()
  const quotes = useQuotes()
  const favorites = useFavorites()
  const stickers = useStickers()
  useLanding(key, jump)
  const calls = useCalls(key, jump)
  const me = live.api.userId

  const acts: MessageActs = {
    nameOf: (id) => (id === me ? t('chat.you') : nameOf(id)),
    words: (message) => (message.recalled ? recallWords(message, me, nameOf) : noticeText(message, { me, nameOf })),
    textOf: changes.textOf,
    again: (id) => add(changes.textOf(id)),
    answer: (message) => {
      const may = actsOf(message).includes('reply')
      if (may) reply(message)
      return may
    },
    quoted: (id) => chat.byId.get(id) ?? (key ? quotes.get(key, id) : null),
    jump,
    mention: (id) => {
      const may = key !== '' && conversations.target(key).kind === Kind.Room && !conversations.barred(key)
      if (may) mention(id)
      return may
    },
    called: () => calls.count.value,
    nextCall: () => void calls.next(),
    react: changes.react,
    reactors: (message, content) =>
      void openDialog(ReactorsDialog, { title: t('reaction.who'), message, content, called: users.called }, light),
    edits: (message) => void openDialog(EditsDialog, { title: t('edit.history'), message }, light),
  }

  /** What the reader calls somebody here. */
  const nameOf = (id: number) => (key ? conversations.nameIn(key, id) : users.nameOf(id))
  const group = key ? groupOf(key) : 0
  provide(namesKey, { me, nameOf, namesOf: (id) => members.namesOf(group, id) })

  /** The message whose menu is open. */
  const menu = shallowRef<{ id: number; bubble: HTMLElement; pressed: Pressed } | null>(null)
  /** As it is now: others may do something to it meanwhile. */
  const pressed = computed(() => (menu.value ? chat.byId.get(menu.value.id) : undefined))
  const menuParts = computed(() => {
    const message = pressed.value
    if (!menu.value || !message || message.recalled || !key) return null
    const mine = conversations.barred(key) ? null : (message.mine ?? [])
    return { ...menu.value.pressed, bubble: menu.value.bubble, own: message.userid === me, acts: actsOf(message), mine }
  })

  function actsOf(message: Message): MenuAct[] {
    if (!key) return []
    const { kind, dstid, group } = conversations.target(key)
    const role = kind === Kind.Room ? (group?.role ?? Role.None) : Role.None
    const author = members.of(dstid).rows.find(({ id }) => id === message.userid)?.role ?? Role.Member
    const above = role === Role.Owner || (role === Role.Admin && author < Role.Admin)
    const now = live.engine?.now() ?? Date.now()
    return allowed(message, { me, head: role >= Role.Admin, above, now, writable: !conversations.barred(key) })
  }

  /** A bubble was pressed for its menu. False when there is nothing in it. */
  function openMenu({ seq, message }: Entry, bubble: HTMLElement, where: Pressed): boolean {
    if (!seq || !message.id || actsOf(message as Message).length === 0) return false
    menu.value = { id: message.id, bubble, pressed: where }
    return true
  }

  function closeMenu(): void {
    menu.value = null
  }

  async function run(act: MenuAct): Promise<void> {
    const message = pressed.value
    closeMenu()
    if (!message) return
    if (act === 'reply') reply(message)
    else if (act === 'edit') edit(message)
    else if (act === 'forward') forward(message)
    else if (act === 'select') select(message)
    else if (act === 'recall') changes.recall(message)
    else if (act === 'sticker') await stickers.keepFrom(message).catch(fail)
    else if (act === 'favorite') await favorites.keep(message).catch(fail)
    else if (act === 'delete') await arranging.hide([message])
    else if (act === 'report') await reportMessage(message, live.api.userId)
    else if (act === 'unpreview') await removePreview(message).catch(fail)
    else if (act === 'readers')
      void openDialog(ReadersDialog, { title: t('readers.title'), message, called: users.called }, light)
    else if (act === 'copy') {
      const done = await copyText(copied(message))
      mui.toast(t(done ? 'menu.copied' : 'menu.notCopied'), done ? 'info' : 'error')
    } else changes.pin(message)
  }

  function react(content: string): void {
    const message = pressed.value
    closeMenu()
    if (message) changes.react(message, content)
  }

  /** Edits the last of one's own messages that can still be; false when there is none. */
  function editLast(): boolean {
    const own = chat.entries.filter((entry) => entry.own && entry.seq > 0).reverse()
    const last = own.find(({ message }) => actsOf(message as Message).includes('edit'))
    if (last) edit(last.message as Message)
    return last !== undefined
  }

  return { acts, editLast, menuParts, openMenu, closeMenu, run, react }
}
