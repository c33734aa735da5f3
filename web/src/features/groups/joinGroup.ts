/** Joining a group by its number. */
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Kind } from '@/protocol/codes'
import { chatPath, router } from '@/router'
import { fail } from '@/ui/dialogs'
import { askNumber } from '@/ui/dialogs/askNumber'
import { useGroups } from './groups'

/** Asks for a group's number, joins it and opens its chat. */
export async function findGroup(): Promise<void> {
  const id = await askNumber(t('group.join'), t('find.groupNumber'))
  if (id === null) return
  try {
    const said = await useGroups().joinGroup(id)
    mui.toast(said || t('group.joined'))
    await router.push(chatPath(`${Kind.Room}/${id}`))
  } catch (error) {
    fail(error)
  }
}
