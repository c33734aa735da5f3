/** Adding a friend: ask for the number, show whose it is, do it. */
import { useAccount } from '@/features/accounts/account'
import { useUsers } from '@/features/accounts/users'
import { t } from '@/i18n'
import { mui } from '@/mui'
import type { User } from '@/protocol/accounts'
import { Kind } from '@/protocol/codes'
import { chatPath, router } from '@/router'
import { fail, openDialog } from '@/ui/dialogs'
import { askNumber } from '@/ui/dialogs/askNumber'
import { useContacts } from './contacts'
import FoundDialog from './FoundDialog.vue'

/** Asks for a number, shows whose it is, and makes them a friend when the reader agrees. */
export async function findFriend(): Promise<void> {
  let user: User | undefined
  await askNumber(t('contact.add'), t('find.friendNumber'), async (told) => (user = await useUsers().findTold(told)))
  if (user) await show(user)
}

/** Shows who a number is and offers what is possible: become friends, or talk. */
export const showUser = (id: number): Promise<void> => useUsers().find(id).then(show, fail)

async function show(user: User): Promise<void> {
  const known = useContacts().friend(user.id) !== undefined || user.id === useAccount().userId
  const title = t('find.found')
  const talks = known
    ? (await openDialog<string>(FoundDialog, { user, known, title })) !== null
    : await add(user, title)
  if (talks) await router.push(chatPath(`${Kind.Single}/${user.id}`))
}

/** Asks somebody to be a friend, with a greeting; true when they are one from now on. */
export async function add(user: User, title = t('contact.add')): Promise<boolean> {
  const contacts = useContacts()
  const act = async (greeting: string) => mui.toast(await contacts.addFriend(user.id, greeting))
  if ((await openDialog<string>(FoundDialog, { user, known: false, title }, { act })) === null) return false
  return contacts.friend(user.id) !== undefined
}
