/** What stands in the place of a recalled message. */
import { t } from '@/i18n'
import { isolated } from '@/protocol/characters'
import { Kind } from '@/protocol/codes'
import type { Message } from '@/protocol/messages'

/** `by` is there when it was not its author: one of the group's heads. */
export function recallWords(
  { userid, by, cmd }: Pick<Message, 'userid' | 'by' | 'cmd'>,
  me: number,
  nameOf: (id: number) => string,
) {
  const author = isolated(nameOf(userid))
  if (by === undefined) return userid === me ? t('recall.own') : t('recall.other', { name: author })
  // In a chat of two only an operator recalls what another one said.
  if (cmd === Kind.Single) return t(userid === me ? 'recall.removedYours' : 'recall.removed')
  if (by === me) return t('recall.byYou', { name: author })
  const head = isolated(nameOf(by))
  return userid === me ? t('recall.yours', { by: head }) : t('recall.byHead', { by: head, name: author })
}
