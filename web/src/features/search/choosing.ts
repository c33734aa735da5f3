/** Asks for what narrows a search down. */
import { useAccount } from '@/features/accounts/account'
import { useContacts } from '@/features/contacts/contacts'
import { useConversations } from '@/features/conversations/conversations'
import { useMembers } from '@/features/groups/members'
import { t } from '@/i18n'
import { Kind } from '@/protocol/codes'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { choose, openDialog, type Choice } from '@/ui/dialogs'
import DaysDialog from './DaysDialog.vue'
import { kinds, type Filters } from './filters'

export function chooseChat(): Promise<ChatKey | null> {
  const { rows } = useConversations()
  const choices = rows.map(({ key, dstid, title, avatar }) => ({
    value: key,
    label: title,
    avatar: { id: dstid, src: avatar },
  }))
  return choose<ChatKey>(t('search.chooseChat'), choices, t('list.nothing'))
}

/** Who talks in a chat; in all of them, oneself and one's friends. */
export async function chooseAuthor(chat: ChatKey | ''): Promise<number | null> {
  const { me } = useAccount()
  const others = (await authorsIn(chat)).filter(({ id }) => id !== me?.id)
  const choices: Choice<number>[] = [...(me ? [me] : []), ...others].map(({ id, nickname, avatar }) => ({
    value: id,
    label: nickname || t('user.unknown', { id }),
    ...(id === me?.id && { detail: t('chat.you') }),
    avatar: { id, src: avatar },
  }))
  return choose(t('search.chooseAuthor'), choices, t('list.nothing'))
}

async function authorsIn(chat: ChatKey | ''): Promise<readonly { id: number; nickname: string; avatar: string }[]> {
  const place = parseChatKey(chat)
  if (place?.kind === Kind.Room) {
    const members = useMembers()
    await members.load(place.dstid)
    return members.of(place.dstid).rows
  }
  if (!place) return useContacts().friends
  const { title, avatar } = useConversations().target(chat as ChatKey)
  return [{ id: place.dstid, nickname: title, avatar }]
}

export function chooseKind(): Promise<number | null> {
  return choose(
    t('search.chooseKind'),
    kinds.map(({ media, label }) => ({ value: media, label: t(label) })),
  )
}

/** The days; both empty to have none any more. */
export function chooseDays({ since, until }: Filters, today: number): Promise<Pick<Filters, 'since' | 'until'> | null> {
  return openDialog(DaysDialog, { title: t('search.chooseDays'), since, until, today }, { light: true })
}
