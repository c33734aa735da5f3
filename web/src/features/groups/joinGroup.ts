/** Looking a group up by its number. */
import { t } from '@/i18n'
import { router } from '@/router'
import { askNumber } from '@/ui/dialogs/askNumber'

/** Asks for a group's number and shows what it is, and the way in. */
export async function findGroup(): Promise<void> {
  const id = await askNumber(t('group.join'), t('find.groupNumber'))
  if (id !== null) await router.push(`/g/${id}`)
}
