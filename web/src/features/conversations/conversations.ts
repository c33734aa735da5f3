/** The conversation list: rows of the server, joined with names, drafts and what is waiting to be sent. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { recallWords } from '@/features/changes/words'
import { useContacts } from '@/features/contacts/contacts'
import { useGroups } from '@/features/groups/groups'
import { useMembers } from '@/features/groups/members'
import { useJoinRequests } from '@/features/groups/requests'
import { useVoice } from '@/features/groups/voice'
import { noticeText } from '@/features/media/notices'
import { useUploads } from '@/features/media/uploads'
import { t } from '@/i18n'
import { preview } from '@/i18n/preview'
import type { User } from '@/protocol/accounts'
import { isolated } from '@/protocol/characters'
import { Kind, Media } from '@/protocol/codes'
import { keyOfMessage, parseChatKey, type ChatKey, type Conversation } from '@/protocol/conversations'
import type { Community } from '@/protocol/groups'
import type { Content, Message } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { site } from '@/state/site'
import { useDrafts } from '@/features/drafts/drafts'
import { useTyping } from './typing'

/** One row of the conversation list, ready to draw. */
export interface ChatRow {
  key: ChatKey
  kind: Kind
  dstid: number
  title: string
  avatar: string
  /** Text of the last message (with `Name: ` before it in groups) in the page's language. */
  preview: string
  /** Time of the last message that was no notice, or 0 when the chat is empty; orders the list. */
  at: number
  unread: number
  mentions: number
  pinned: boolean
  muted: boolean
  /** It stands in the folder for such. */
  archived: boolean
  /** Shown as unread, whatever is. */
  marked: boolean
  /** Unsent text, '' when none. */
  draft: string
  /** State of the last message when it is one's own. */
  last: 'none' | 'pending' | 'failed' | 'sent' | 'read'
  online: boolean
  /** Who types there now, in words; '' when nobody does. */
  typing: string
  /** People who wait to be let in, where the reader may do that. */
  requests: number
}

/** Where a chat leads: the peer or the group behind a key (undefined while loading). */
export interface ChatTarget {
  key: ChatKey
  kind: Kind
  dstid: number
  title: string
  avatar: string
  user?: User
  group?: Community
  /** Note-to-self chat. */
  self: boolean
}

/** Why nothing can be written in a chat: no friend; blocked by the reader; no member (any more); over; muted, alone or with all. */
export type Barred = '' | 'stranger' | 'blocked' | 'outside' | 'dissolved' | 'muted' | 'mutedAll'

/** The last of what is on its way in a chat. */
interface Waiting {
  message: Content
  createat: number
  state: 'pending' | 'failed'
}

export const useConversations = defineStore('conversations', () => {
  const live = useLive()
  const users = useUsers()
  const contacts = useContacts()
  const groups = useGroups()
  const members = useMembers()
  const requests = useJoinRequests()
  const voice = useVoice()
  const drafts = useDrafts()
  const typists = useTyping()
  const uploads = useUploads()

  /** Every chat: pinned first, then newest first; already in the page's language. */
  const rows = computed<readonly ChatRow[]>(() => {
    const waiting = new Map<ChatKey, Waiting>()
    for (const { key, content, createat, reason } of uploads.items.values()) {
      waiting.set(key, { message: content, createat, state: reason === undefined ? 'pending' : 'failed' })
    }
    for (const { key, message, createat, state } of live.outbox) waiting.set(key, { message, createat, state })
    const fresh = [...contacts.fresh.keys()].map((id): ChatKey => `${Kind.Single}/${id}`)
    // One of which the reader sees no message comes back with the next.
    const seen = [...live.inbox].filter(([, { last }]) => last).map(([key]) => key)
    const keys = new Set<ChatKey>([...seen, ...waiting.keys(), ...drafts.all.keys(), ...fresh])
    return [...keys]
      .map((key) => rowOf(key, live.inbox.get(key), waiting.get(key)))
      .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.at - a.at)
  })

  const listed = computed(() => rows.value.filter(({ archived }) => !archived))
  const archived = computed(() => rows.value.filter((row) => row.archived))
  /** The number for tab and title: what is unread; of chats that are muted or archived, what names the reader. */
  const unread = computed(() =>
    rows.value.reduce((sum, row) => sum + (row.muted || row.archived ? row.mentions : row.unread), 0),
  )

  function rowOf(key: ChatKey, known: Conversation | undefined, unsent: Waiting | undefined): ChatRow {
    const { kind, dstid, title, avatar } = target(key)
    const last = known?.last ?? null
    // An old failure does not stand before what was said since.
    const waiting = unsent?.state === 'failed' && unsent.createat < (last?.createat ?? 0) ? undefined : unsent
    // A new friend with whom nothing was said yet.
    const came = last || kind !== Kind.Single ? undefined : contacts.fresh.get(dstid)
    return {
      key,
      kind,
      dstid,
      title,
      avatar,
      preview: waiting ? preview(waiting.message) : last ? previewBy(last) : came ? t('contact.hello') : '',
      at: Math.max(waiting?.createat ?? 0, (last && known?.updateat) ?? 0, came ?? 0),
      unread: known?.unread ?? 0,
      mentions: known?.mentions ?? 0,
      pinned: known?.pinned === 1,
      muted: known?.muted === 1,
      archived: known?.archived === 1,
      marked: known?.marked === 1,
      draft: drafts.get(key).text.trim(),
      last: waiting ? waiting.state : stateOf(last, known),
      online: kind === Kind.Single && contacts.friend(dstid)?.online === 1,
      typing: typing(key),
      requests: kind === Kind.Room ? requests.of(dstid) : 0,
    }
  }

  /** What the reader calls somebody in a chat. */
  function nameIn(key: ChatKey, id: number): string {
    const { kind, dstid } = parseChatKey(key) ?? { kind: Kind.Single, dstid: 0 }
    return kind === Kind.Room ? members.nameIn(dstid, id) : users.nameOf(id)
  }

  function previewBy(message: Message): string {
    const me = live.api.userId
    const nameOf = (id: number) => nameIn(keyOfMessage(message, me), id)
    if (message.recalled) return recallWords(message, me, nameOf)
    if (message.media === Media.Notice) return noticeText(message, { me, nameOf })
    const text = preview(message)
    const named = message.cmd === Kind.Room && message.userid !== me
    return named ? t('preview.by', { name: isolated(nameOf(message.userid)), text: isolated(text) }) : text
  }

  function stateOf(last: Message | null, known: Conversation | undefined): ChatRow['last'] {
    if (!last || last.userid !== live.api.userId || last.media === Media.Notice || last.recalled) return 'none'
    return last.cmd === Kind.Single && last.seq <= (known?.peer_read ?? 0) ? 'read' : 'sent'
  }

  /** Who types in a chat now, in words; '' when nobody does. */
  function typing(key: ChatKey): string {
    const [first, ...others] = typists.who(key)
    if (first === undefined) return ''
    if (parseChatKey(key)?.kind === Kind.Single) return t('chat.typing')
    return others.length > 0
      ? t('chat.typingMany', { n: others.length + 1 })
      : t('chat.typingBy', { name: isolated(nameIn(key, first)) })
  }

  /** Friend, stranger or group behind a key. */
  function target(key: ChatKey): ChatTarget {
    const { kind, dstid } = parseChatKey(key) ?? { kind: Kind.Single, dstid: 0 }
    if (kind === Kind.Room) {
      const group = groups.known(dstid)
      const title = group?.name || t('group.unknown', { id: dstid })
      return { key, kind, dstid, title, avatar: group?.icon ?? '', group, self: false }
    }
    const self = dstid === live.api.userId
    const user = contacts.friend(dstid) ?? users.get(dstid)
    return {
      key,
      kind,
      dstid,
      title: self ? t('chat.self') : users.nameOf(dstid),
      avatar: user?.avatar ?? '',
      user,
      self,
    }
  }

  /** Why nothing can be written there; '' also when it is not known yet. */
  function barred(key: ChatKey): Barred {
    const { kind, group, self, dstid } = target(key)
    if (kind === Kind.Room) {
      if (group?.dissolved) return 'dissolved'
      if (live.inbox.get(key)?.left || (groups.loaded && !groups.group(dstid))) return 'outside'
      return voice.silence(dstid)?.why ?? ''
    }
    if (contacts.isBlocked(dstid)) return 'blocked'
    return self || site.strangers || !contacts.loaded || contacts.friend(dstid) ? '' : 'stranger'
  }

  /** Blocks somebody no longer; resolves to what is said of it. */
  async function admit(key: ChatKey): Promise<string> {
    await contacts.block(target(key).dstid, false)
    return t('contact.unblocked')
  }

  return {
    rows,
    /** Those of the list, and those of the folder. */
    listed,
    archived,
    /** The rows are there, and the names in them: the first drawing has both. */
    loaded: computed(() => live.inboxLoaded && contacts.settled && groups.settled),
    unread,
    target,
    nameIn,
    typing,
    barred,
    admit,
  }
})
