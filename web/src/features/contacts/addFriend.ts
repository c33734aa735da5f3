/** Adding a friend and joining a group by number: ask, show who it is, do it. */
import { t } from '@/i18n'
import { mui } from '@/ui/dialogs'
import { Kind, type User } from '@/protocol/types'
import { chatPath, router } from '@/router'
import { useContacts } from './contacts'
import { useSession } from '@/features/accounts/account'
import FoundDialog from './FoundDialog.vue'

const isNumber = (text: string) =>
  /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? '' : t('find.notNumber')

async function askNumber(title: string, message: string): Promise<number | null> {
  const text = await mui.prompt(message, {
    title,
    inputmode: 'numeric',
    ok: t('find.go'),
    maxLength: 16,
    check: isNumber,
  })
  return text === null ? null : Number(text)
}

/** Asks for a number, shows whose it is, and makes them a friend when the reader agrees. */
export async function findFriend(): Promise<void> {
  const id = await askNumber(t('contact.add'), t('find.friendNumber'))
  if (id !== null) await meet(id)
}

/** Shows who a number is and offers what is possible: become friends, or talk. */
export async function meet(id: number): Promise<void> {
  const session = useSession()
  const contacts = useContacts()
  let user: User
  try {
    user = await session.find(id)
  } catch (error) {
    return mui.fail(error)
  }
  const known = contacts.friend(id) !== undefined || id === session.userId
  const agreed = await mui.open<true>(FoundDialog, { user, known, title: t('find.found') })
  if (!agreed) return
  try {
    if (!known) mui.toast(await contacts.addFriend(id))
    await router.push(chatPath(`${Kind.Single}/${id}`))
  } catch (error) {
    mui.fail(error)
  }
}

/** Asks for a group's number and joins it. */
export async function findGroup(): Promise<void> {
  const id = await askNumber(t('group.join'), t('find.groupNumber'))
  if (id === null) return
  try {
    const said = await useContacts().joinGroup(id)
    mui.toast(said || t('group.joined'))
    await router.push(chatPath(`${Kind.Room}/${id}`))
  } catch (error) {
    mui.fail(error)
  }
}
