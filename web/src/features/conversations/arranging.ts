/**
 * What the reader does with chats for themselves: pin, mute, archive, mark, clear, delete, hide messages. Each is seen
 * at once, waits for the network, and is put back with the server's words when it is refused.
 */
import { defineStore } from 'pinia'
import { useContacts } from '@/features/contacts/contacts'
import { useUploads } from '@/features/media/uploads'
import { t, type TextKey } from '@/i18n'
import type { IconName } from '@/icons'
import { mui } from '@/mui'
import { Kind } from '@/protocol/codes'
import { keyOfMessage, parseChatKey, type ChatKey, type Conversation } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import type { Message } from '@/protocol/messages'
import type { Flags, OwnAct } from '@/protocol/own'
import { chatOf, router } from '@/router'
import { useLive } from '@/state/live'
import { fail } from '@/ui/dialogs'
import { useConversations } from './conversations'
import { useDrafts } from '@/features/drafts/drafts'

/** What stands in the menu of a chat. */
export interface ChatAct {
  name: 'pin' | 'mute' | 'archive' | 'mark' | 'clear' | 'delete'
  label: string
  icon: IconName
  danger?: boolean
  act: () => void
}

export const useArranging = defineStore('arranging', () => {
  const live = useLive()
  const conversations = useConversations()
  const contacts = useContacts()
  const drafts = useDrafts()
  const uploads = useUploads()

  function act(key: ChatKey, what: OwnAct): void {
    live.engine?.oneself.do(key, what)
    live.showNow()
  }

  function set(key: ChatKey, flags: Flags): void {
    act(key, { do: 'set', flags })
  }

  /** The chat goes into the folder, or comes out of it; for a while that can be undone. */
  function archive(key: ChatKey, archived: 0 | 1): void {
    // In the folder there is no place above others.
    const unpinned = archived && live.inbox.get(key)?.pinned ? ({ pinned: 0 } as const) : {}
    set(key, { archived, ...unpinned })
    const back: Flags = { archived: archived ? 0 : 1, ...('pinned' in unpinned && { pinned: 1 }) }
    mui.toast(t(archived ? 'arrange.archived' : 'arrange.unarchived'), 'info', {
      label: t('arrange.undo'),
      act: () => set(key, back),
    })
  }

  function mute(key: ChatKey, muted: 0 | 1): void {
    set(key, { muted })
    mui.toast(t(muted ? 'arrange.muted' : 'arrange.unmuted'))
  }

  /** Shown as unread until it is opened; or read to its end. */
  function mark(key: ChatKey, unread: boolean): void {
    if (unread) set(key, { marked: 1 })
    else act(key, { do: 'read', seq: live.inbox.get(key)?.seq ?? 0 })
  }

  async function clear(key: ChatKey): Promise<void> {
    if (!(await sure(key, 'arrange.clearSure', 'arrange.clear'))) return
    clearAll(key)
    mui.toast(t('arrange.cleared'))
  }

  /** Cleared, with all that would keep the chat in the list. */
  async function remove(key: ChatKey): Promise<void> {
    if (!(await sure(key, 'arrange.deleteSure', 'arrange.delete'))) return
    const { pinned, archived, marked } = live.inbox.get(key) ?? {}
    clearAll(key)
    if (pinned || archived || marked) set(key, { pinned: 0, archived: 0, marked: 0 })
    drafts.set(key, { text: '' })
    for (const item of live.outbox) if (item.key === key) live.engine?.remove(item.message.cid)
    for (const item of uploads.items.values()) if (item.key === key) uploads.remove(item.cid)
    const place = parseChatKey(key)
    if (place?.kind === Kind.Single) contacts.met(place.dstid)
    live.showNow()
    if (chatOf(router.currentRoute.value.params) === key) void router.replace('/')
    mui.toast(t('arrange.deleted'))
  }

  function clearAll(key: ChatKey): void {
    const seq = live.inbox.get(key)?.seq ?? 0
    if (seq > 0) act(key, { do: 'clear', seq })
  }

  function sure(key: ChatKey, question: TextKey, ok: TextKey): Promise<boolean> {
    const { title } = conversations.target(key)
    return mui.confirm(t(question, { title }), { title: t(ok), ok: t(ok), danger: true })
  }

  /** Deletes messages of one chat for the reader alone, once they are sure; false when they are not. */
  async function hide(messages: readonly Message[]): Promise<boolean> {
    const [first] = messages
    const question = messages.length > 1 ? t('hide.sureMany', { n: messages.length }) : t('hide.sure')
    const sure = { title: t('menu.delete'), ok: t('menu.delete'), danger: true }
    if (!first || !(await mui.confirm(question, sure))) return false
    const ids = messages.map(({ id }) => id)
    const key = keyOfMessage(first, live.api.userId)
    for (let from = 0; from < ids.length; from += limits.hide)
      act(key, { do: 'hide', ids: ids.slice(from, from + limits.hide) })
    return true
  }

  /** What can be done with a chat now, in the order of the menu. */
  function acts(key: ChatKey): ChatAct[] {
    const row: Partial<Conversation> = live.inbox.get(key) ?? {}
    const { pinned, muted, archived, unread, marked, last } = row
    const waiting = unread || marked
    const list: (ChatAct | false)[] = [
      !archived && {
        name: 'pin',
        label: t(pinned ? 'arrange.unpin' : 'arrange.pin'),
        icon: pinned ? 'unpin' : 'pin',
        act: () => set(key, { pinned: pinned ? 0 : 1 }),
      },
      {
        name: 'mark',
        label: t(waiting ? 'arrange.read' : 'arrange.mark'),
        icon: waiting ? 'bubbleRead' : 'bubbleDot',
        act: () => mark(key, !waiting),
      },
      {
        name: 'mute',
        label: t(muted ? 'arrange.unmute' : 'arrange.mute'),
        icon: muted ? 'bell' : 'bellOff',
        act: () => mute(key, muted ? 0 : 1),
      },
      {
        name: 'archive',
        label: t(archived ? 'arrange.unarchive' : 'arrange.archive'),
        icon: archived ? 'unarchive' : 'archive',
        act: () => archive(key, archived ? 0 : 1),
      },
      Boolean(last) && { name: 'clear', label: t('arrange.clear'), icon: 'broom', act: () => void clear(key) },
      { name: 'delete', label: t('arrange.delete'), icon: 'trash', danger: true, act: () => void remove(key) },
    ]
    return list.filter((item) => item !== false)
  }

  live.events.on('actRefused', ({ error }) => fail(error))

  return { acts, mute, hide }
})
