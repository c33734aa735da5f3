/** What is done to a group and to its members. Each is a call that resolves when it holds, and rejects with the server's words. */
import { Code } from '@/protocol/codes'
import {
  parseBanned,
  parseGroupLink,
  parseMoved,
  type Banned,
  type Community,
  type GroupLink,
  type Moved,
  type Role,
} from '@/protocol/groups'
import { flag, isFields, parseRows } from '@/protocol/guards'
import { sentences, useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'
import { groupIn, useGroups } from './groups'

export type GroupChange = Partial<Pick<Community, 'name' | 'icon' | 'memo' | 'join' | 'history'>> & { notice?: string }

/** Muted for good: as late as a clock of the wire can say. */
export const forever = Number.MAX_SAFE_INTEGER

export function useHeading(dstid: number) {
  const { api } = useLive()
  const groups = useGroups()

  /** The group's row is another one then. */
  async function change(path: string, fields: Record<string, unknown>): Promise<void> {
    await api.call(path, { dstid, ...fields })
    await groups.info({ dstid })
  }

  async function update(fields: GroupChange): Promise<void> {
    groups.take(groupIn((await api.call('/community/update', { dstid, ...fields })).data))
  }

  async function moved(path: string, ids: readonly number[], fields: Record<string, unknown> = {}): Promise<Moved[]> {
    const { rows } = await api.call(path, { dstid, ids, ...fields })
    return parseRows(rows, parseMoved)
  }

  async function leave(): Promise<void> {
    await api.call('/community/leave', { dstid })
    groups.refresh()
  }

  async function dissolve(): Promise<void> {
    await api.call('/community/dissolve', { dstid })
    groups.refresh()
  }

  async function makeLink(until: number | undefined, uses: number): Promise<GroupLink> {
    const made = parseGroupLink((await api.call('/community/link', { dstid, until, uses })).data)
    if (!made) throw new ApiError(Code.Refused, sentences().answer)
    return made
  }

  /** Who may not come in, behind one of them. */
  async function banned(after: number): Promise<{ rows: Banned[]; more: boolean }> {
    const { rows, data } = await api.call('/community/banned', { dstid, ...(after && { after }) })
    return { rows: parseRows(rows, parseBanned), more: isFields(data) && flag(data.more) === 1 }
  }

  return {
    banned,
    update,
    setAlias: (nickname: string) => change('/community/alias', { nickname }),
    muteAll: (until: number) => change('/community/mute', { until }),
    transfer: (id: number) => change('/community/transfer', { id }),
    setRole: (id: number, role: Role) => api.call('/community/role', { dstid, id, role }),
    mute: (id: number, until: number) => api.call('/community/mute', { dstid, id, until }),
    unban: (id: number) => api.call('/community/unban', { dstid, id }),
    invite: (ids: readonly number[]) => moved('/community/invite', ids),
    remove: (ids: readonly number[], ban: 0 | 1) => moved('/community/remove', ids, { ban }),
    leave,
    dissolve,
    makeLink,
    links: async () => parseRows((await api.call('/community/links', { dstid })).rows, parseGroupLink),
    revokeLink: (link: number) => api.call('/community/unlink', { dstid, link }),
  }
}
