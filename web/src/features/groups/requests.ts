/** Who wants to come into the groups whose head the reader is: how many wait in each, and their list. */
import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { parseJoinRequest, Role, type JoinRequest } from '@/protocol/groups'
import { count, flag, isFields, parseRows } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { oneByOne } from '@/state/retry'
import { useGroups } from './groups'

/** Rows of a page of the list. */
const page = 50

export interface RequestPage {
  rows: JoinRequest[]
  more: boolean
}

export const useJoinRequests = defineStore('joinRequests', () => {
  const live = useLive()
  const users = useUsers()
  const groups = useGroups()
  /** How many wait, by group; groups where nobody does are not in it. */
  const waiting = shallowReactive(new Map<number, number>())
  const headed = computed(() => groups.all.filter(({ role }) => role >= Role.Admin).map(({ id }) => id))
  const total = computed(() => headed.value.reduce((sum, id) => sum + of(id), 0))

  /** How many wait for an answer in a group, for who may give one. */
  function of(id: number): number {
    return headed.value.includes(id) ? (waiting.get(id) ?? 0) : 0
  }

  /** The requests of a group, the latest first, below `before`. */
  async function list(dstid: number, before = 0, limit = page): Promise<RequestPage> {
    const { rows, data } = await live.api.call('/community/requests', { dstid, limit, ...(before && { before }) })
    const found = parseRows(rows, parseJoinRequest)
    users.remember(found.map(({ user }) => user))
    const said = isFields(data) ? data : {}
    if (count(said.waiting) > 0) waiting.set(dstid, count(said.waiting))
    else waiting.delete(dstid)
    return { rows: found, more: flag(said.more) === 1 }
  }

  /** Lets somebody in, or not. */
  async function answer({ id }: JoinRequest, accept: 0 | 1, dstid: number): Promise<void> {
    try {
      await live.api.call('/community/answer', { request: id, accept })
    } finally {
      renew(dstid)
    }
  }

  const renew = oneByOne(async (id) => headed.value.includes(id) && list(id, 0, 1))

  // Who becomes a head hears of those who wait; who is none any more, of nobody.
  watch(headed, (now, before) => {
    for (const id of before) if (!now.includes(id)) waiting.delete(id)
    for (const id of now) if (!before.includes(id)) renew(id)
  })
  live.events.on('welcome', () => headed.value.forEach(renew))
  live.events.on('community', ({ what, dstid }) => {
    if (what === 'requested' || (what === 'joined' && of(dstid) > 0)) renew(dstid)
  })

  return { of, total, list, answer }
})
