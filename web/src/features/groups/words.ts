/** What things in groups are called. */
import { locale, t, type TextKey } from '@/i18n'
import { clockText, dateText, momentText, sameDay } from '@/i18n/time'
import { Role, type GroupLink, type JoinMode, type RequestState } from '@/protocol/groups'

const roles: Record<Role, TextKey> = {
  [Role.None]: 'group.roleMember',
  [Role.Member]: 'group.roleMember',
  [Role.Admin]: 'group.roleAdmin',
  [Role.Owner]: 'group.roleOwner',
}

export const roleName = (role: Role): string => t(roles[role])

export const joinWords: Record<JoinMode, TextKey> = {
  open: 'group.joinOpen',
  approve: 'group.joinApprove',
  invite: 'group.joinInvite',
}

export const stateWords: Record<RequestState, TextKey> = {
  pending: 'group.requestPending',
  accepted: 'group.requestAccepted',
  declined: 'group.requestDeclined',
  expired: 'group.requestExpired',
}

/** Later than this (ms from now) is for good. */
const good = 5 * 365 * 86_400_000

/** Until when something lasts: `14:32` today, else with its day; '' for good. */
export function untilText(until: number, now: number): string {
  if (until - now > good) return ''
  const space = locale() === 'en' ? ', ' : ' '
  return sameDay(until, now) ? clockText(until) : `${dateText(until, now)}${space}${clockText(until)}`
}

/** How long a link leads in, and how many came by it. */
export function linkEnd({ until, uses, used }: GroupLink): string {
  const lasts = until > 0 ? t('group.linkUntil', { date: momentText(until) }) : t('group.linkForGood')
  const came =
    uses > 0 ? t('group.linkUsedOf', { n: used, of: uses }) : used > 0 ? t('group.linkUsed', { n: used }) : ''
  return came ? `${lasts} · ${came}` : lasts
}
