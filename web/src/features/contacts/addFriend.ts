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
  const id = await askNumber(t('contact.add'), t('find.friendNumber'))
  if (id !== null) await show(useUsers().findTold(id))
}

/** Shows who a number is and offers what is possible: become friends, or talk. */
export const showUser = (id: number): Promise<void> => show(useUsers().find(id))

async function show(found: Promise<User>): Promise<void> {
  const contacts = useContacts()
  let user: User
  try {
    user = await found
  } catch (error) {
    return fail(error)
  }
  const { id } = user
  const known = contacts.friend(id) !== undefined || id === useAccount().userId
  const agreed = await openDialog<true>(FoundDialog, { user, known, title: t('find.found') })
  if (!agreed) return
  try {
    if (!known) mui.toast(await contacts.addFriend(id))
    await router.push(chatPath(`${Kind.Single}/${id}`))
  } catch (error) {
    fail(error)
  }
}
