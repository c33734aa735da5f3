/** What somebody may do to a member of a group, by what both are there. The server decides; what it would refuse is not offered. */
import { Role, type Member } from '@/protocol/groups'

/** What stands in a member's menu, in this order. */
export type MemberAct = 'profile' | 'admin' | 'noAdmin' | 'mute' | 'unmute' | 'transfer' | 'remove' | 'ban'

/** What somebody of role `mine` may do; nothing but look at oneself. */
export function allowedActs(mine: Role, member: Pick<Member, 'role' | 'mutedUntil'>, self: boolean, now: number) {
  const acts: MemberAct[] = ['profile']
  if (self) return acts
  const above = mine >= Role.Admin && mine > member.role
  if (mine === Role.Owner) acts.push(member.role === Role.Admin ? 'noAdmin' : 'admin')
  if (above) acts.push(member.mutedUntil > now ? 'unmute' : 'mute')
  if (mine === Role.Owner) acts.push('transfer')
  if (above) acts.push('remove', 'ban')
  return acts
}
