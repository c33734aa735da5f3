/**
 * Who is in a group, as far as it was asked for: the first of them once, and of a large group those of a name when
 * they are looked for. What is known is dropped when people come and go.
 */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { parseUser, type User } from '@/protocol/accounts'
import { flag, isFields, parseRows } from '@/protocol/guards'
import { useLive } from '@/state/live'

/** Members in the order of the server: the owner, then by joining. */
export interface Members {
  rows: readonly User[]
  /** These are all. */
  whole: boolean
}

/** In one answer. */
const page = 200

const nobody: Members = { rows: [], whole: false }

export const useMembers = defineStore('members', () => {
  const live = useLive()
  const users = useUsers()
  const known = shallowReactive(new Map<number, Members>())
  const asking = new Map<number, Promise<void>>()

  /** What is known of a group's members. */
  function of(group: number): Members {
    return known.get(group) ?? nobody
  }

  /** Asks for the first members of a group, once. One that fails is asked again the next time. */
  function load(group: number): Promise<void> {
    if (known.has(group)) return Promise.resolve()
    const running = asking.get(group)
    if (running) return running
    const asked = ask(group, '')
      .then((found) => void known.set(group, found))
      .catch(() => undefined)
      .finally(() => void (asking.get(group) === asked && asking.delete(group)))
    asking.set(group, asked)
    return asked
  }

  /** Members of a group that have `name` in theirs. */
  async function ask(group: number, name: string): Promise<Members> {
    const { rows, data } = await live.api.call('/community/members', { dstid: group, q: name, limit: page })
    const found = parseRows(rows, parseUser)
    users.remember(found)
    return { rows: found, whole: !(isFields(data) && flag(data.more)) }
  }

  live.events.on('community', ({ dstid }) => {
    known.delete(dstid)
    asking.delete(dstid)
  })
  live.events.on('welcome', () => {
    known.clear()
    asking.clear()
  })

  return { of, load, ask }
})
