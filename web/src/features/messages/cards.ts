/** Messages that are written in a dialog: link cards and contact cards. */
import { useAccount } from '@/features/accounts/account'
import { useContacts } from '@/features/contacts/contacts'
import { t } from '@/i18n'
import type { User } from '@/protocol/accounts'
import { Media } from '@/protocol/codes'
import type { Content } from '@/protocol/messages'
import { choose, openDialog } from '@/ui/dialogs'
import LinkDialog, { type LinkCard } from './composer/LinkDialog.vue'

export async function askLink(): Promise<Content | null> {
  const card = await openDialog<LinkCard>(LinkDialog, { title: t('compose.link') })
  return card && { media: Media.Link, url: card.url, content: card.title, memo: card.memo || undefined }
}

/** Whose card: a friend's or one's own. */
export async function askCard(): Promise<Content | null> {
  const { me } = useAccount()
  const people: User[] = [...(me ? [me] : []), ...useContacts().friends.filter((friend) => friend.id !== me?.id)]
  const chosen = await choose(
    t('compose.card'),
    people.map((user) => ({
      value: user,
      label: user.nickname || t('user.unknown', { id: user.id }),
      detail: user.id === me?.id ? t('chat.you') : `ID ${user.id}`,
      avatar: { src: user.avatar, id: user.id },
    })),
  )
  return (
    chosen && {
      media: Media.Card,
      content: String(chosen.id),
      memo: chosen.nickname || t('user.unknown', { id: chosen.id }),
      pic: chosen.avatar || undefined,
    }
  )
}
