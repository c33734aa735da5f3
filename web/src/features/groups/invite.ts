/** Asking friends into a group: whom, and what became of each. */
import { t } from '@/i18n'
import { mui } from '@/mui'
import type { Community } from '@/protocol/groups'
import { fail, openDialog } from '@/ui/dialogs'
import { useHeading } from './heading'
import InviteDialog from './InviteDialog.vue'
import ResultDialog from './ResultDialog.vue'

/** Asks whom, invites them, and says what became of it. */
export async function invitePeople({ id }: Pick<Community, 'id'>): Promise<void> {
  const ids = await openDialog<number[]>(InviteDialog, { title: t('group.inviteTitle'), group: id }, { light: true })
  if (ids?.length) await bringIn(id, ids)
}

/** Invites these; where not all of them came in at once, each is told of. */
export async function bringIn(group: number, ids: readonly number[]): Promise<void> {
  try {
    const rows = await useHeading(group).invite(ids)
    const simple = rows.every(({ code, pending }) => code === 0 && !pending)
    if (simple) mui.toast(t('group.invited', { n: rows.length }))
    else await openDialog(ResultDialog, { title: t('group.inviteResult'), rows }, { light: true })
  } catch (error) {
    fail(error)
  }
}
