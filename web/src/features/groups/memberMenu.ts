/** What the reader may do to a member of a group, by what both are there. */
import { useAccount } from '@/features/accounts/account'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Role, type Member } from '@/protocol/groups'
import { router } from '@/router'
import { choose, fail } from '@/ui/dialogs'
import type { PressItem } from '@/ui/parts/PressMenu.vue'
import { useGroups } from './groups'
import { forever, useHeading } from './heading'
import { useMembers } from './members'
import { useNow } from './now'
import { allowedActs, type MemberAct } from './rights'

const minute = 60_000
const hour = 60 * minute

export function useMemberMenu(group: number) {
  const account = useAccount()
  const groups = useGroups()
  const members = useMembers()
  const heading = useHeading(group)
  const now = useNow()

  const roleOf = () => groups.group(group)?.role ?? Role.None

  async function attempt(work: () => Promise<unknown>, said: string): Promise<void> {
    try {
      await work()
      mui.toast(said)
    } catch (error) {
      fail(error)
    }
  }

  async function mute({ id }: Member, name: string): Promise<void> {
    const until = await choose(t('group.muteFor', { name }), [
      { value: 10 * minute, label: t('group.minutes', { n: 10 }) },
      { value: hour, label: t('group.hours', { n: 1 }) },
      { value: 12 * hour, label: t('group.hours', { n: 12 }) },
      { value: 24 * hour, label: t('group.days', { n: 1 }) },
      { value: 7 * 24 * hour, label: t('group.days', { n: 7 }) },
      { value: 30 * 24 * hour, label: t('group.days', { n: 30 }) },
      { value: 0, label: t('group.forGood') },
    ])
    if (until === null) return
    await attempt(() => heading.mute(id, until ? now() + until : forever), t('group.mutedDone'))
  }

  async function remove({ id }: Member, name: string, ban: 0 | 1): Promise<void> {
    const title = t(ban ? 'group.ban' : 'group.remove')
    const question = t(ban ? 'group.banSure' : 'group.removeSure', { name })
    if (!(await mui.confirm(question, { title, ok: title, danger: true }))) return
    await attempt(
      async () => {
        const [row] = await heading.remove([id], ban)
        if (row && row.code !== 0) throw new Error(row.msg)
      },
      t(ban ? 'group.banned' : 'group.removed'),
    )
  }

  async function transfer({ id }: Member, name: string): Promise<void> {
    const title = t('group.transfer')
    if (!(await mui.confirm(t('group.transferSure', { name }), { title, ok: title, danger: true }))) return
    await attempt(() => heading.transfer(id), t('group.transferred'))
  }

  function items(member: Member): PressItem[] {
    const name = members.nameIn(group, member.id)
    const all: Record<MemberAct, PressItem> = {
      profile: { icon: 'person', label: t('contact.profile'), act: () => void router.push(`/u/${member.id}`) },
      admin: {
        icon: 'shield',
        label: t('group.makeAdmin'),
        act: () => void attempt(() => heading.setRole(member.id, Role.Admin), t('group.madeAdmin')),
      },
      noAdmin: {
        icon: 'shield',
        label: t('group.noAdmin'),
        act: () => void attempt(() => heading.setRole(member.id, Role.Member), t('group.wasAdmin')),
      },
      mute: { icon: 'micOff', label: t('group.mute'), act: () => void mute(member, name) },
      unmute: {
        icon: 'mic',
        label: t('group.unmute'),
        act: () => void attempt(() => heading.mute(member.id, 0), t('group.unmuted')),
      },
      transfer: { icon: 'crown', label: t('group.transfer'), act: () => void transfer(member, name) },
      remove: { icon: 'userMinus', label: t('group.remove'), danger: true, act: () => void remove(member, name, 0) },
      ban: { icon: 'block', label: t('group.ban'), danger: true, act: () => void remove(member, name, 1) },
    }
    return allowedActs(roleOf(), member, member.id === account.userId, now()).map((act) => all[act])
  }

  return { items }
}
