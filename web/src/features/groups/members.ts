/**
 * Who is in a group, as far as it was asked for: the first of them, and of a large group those of a name when they are
 * looked for; and what they are called there. While a group is looked at, what is known of it is kept fresh.
 */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { parseMember, type Member } from '@/protocol/groups'
import { count, flag, isFields, parseRows } from '@/protocol/guards'
import { limits } from '@/protocol/limits'
import { useLive } from '@/state/live'
import { inTurn } from '@/state/turns'
import { useStrangers } from './strangers'

/** Members in the order of the server: the owner, the admins, then by joining. */
export interface Members {
  rows: readonly Member[]
  /** These are all. */
  whole: boolean
}

/** Which part of the list: of whom `q` is in the name, who are muted now; behind whom. */
export interface Part {
  q?: string
  after?: number
  limit?: number
  muted?: 0 | 1
}

/** A part of the list. */
export interface MemberPage {
  rows: Member[]
  more: boolean
  /** Behind whom it goes on. */
  next: number
}

const nobody: Members = { rows: [], whole: false }
/** ms within which all that becomes of a group's members is asked for once. */
const pause = 1500

export const useMembers = defineStore('members', () => {
  const live = useLive()
  const users = useUsers()
  const known = shallowReactive(new Map<number, Members>())
  /** What people are called, by group. */
  const aliases = shallowReactive(new Map<number, ReadonlyMap<number, string>>())
  const loads = new Map<number, () => Promise<void>>()
  /** Groups whose members are on their way. */
  const asking = new Map<number, Promise<void>>()
  /** Groups that are looked at, each as often as it is. */
  const watched = new Map<number, number>()
  const timers = new Map<number, ReturnType<typeof setTimeout>>()

  /** What is known of a group's members. */
  function of(group: number): Members {
    return known.get(group) ?? nobody
  }

  /** Asks for the first members of a group, once. One that fails is asked again the next time. */
  function load(group: number): Promise<void> {
    if (known.has(group)) return Promise.resolve()
    return asking.get(group) ?? renew(group)
  }

  function renew(group: number): Promise<void> {
    const asked = loadOf(group)()
      .catch(() => void known.delete(group))
      .finally(() => void (asking.get(group) === asked && asking.delete(group)))
    asking.set(group, asked)
    return asked
  }

  function loadOf(group: number): () => Promise<void> {
    const made = loads.get(group)
    if (made) return made
    const load = inTurn(async () => {
      const { rows, more } = await page(group, {})
      known.set(group, { rows, whole: !more })
    })
    loads.set(group, load)
    return load
  }

  /** Members of a group that have `name` in theirs. */
  async function ask(group: number, name: string): Promise<Members> {
    const { rows, more } = await page(group, { q: name })
    return { rows, whole: !more }
  }

  /** A part of the list of members, behind one of them. */
  async function page(
    group: number,
    { q = '', after = 0, limit = limits.membersPage, muted = 0 }: Part,
  ): Promise<MemberPage> {
    const asked = { dstid: group, q, limit, ...(after && { after }), ...(muted && { muted }) }
    const { rows, data } = await live.api.call('/community/members', asked)
    const found = take(group, rows)
    const more = isFields(data) && flag(data.more) === 1
    const next = (isFields(data) && count(data.next)) || (found.at(-1)?.id ?? 0)
    return { rows: found, more: more && next > 0, next }
  }

  /** Members came from the server. */
  function take(group: number, rows: unknown): Member[] {
    const found = parseRows(rows, parseMember)
    users.remember(found)
    learn(group, found)
    return found
  }

  function learn(group: number, rows: readonly Member[]): void {
    const before = aliases.get(group)
    const changed = rows.filter(({ id, alias }) => (before?.get(id) ?? '') !== alias)
    if (changed.length === 0) return
    const next = new Map(before)
    for (const { id, alias } of changed) {
      if (alias) next.set(id, alias)
      else next.delete(id)
    }
    aliases.set(group, next)
  }

  /** What somebody is called in a group by all: the name they have there, else their own. */
  function calledIn(group: number, id: number): string {
    return aliases.get(group)?.get(id) || users.get(id)?.nickname || users.nameOf(id)
  }

  /** All that somebody may be called by others in a group, or in no group (0). */
  function namesOf(group: number, id: number): readonly string[] {
    const names = [aliases.get(group)?.get(id), users.get(id)?.nickname || users.nameOf(id)]
    return names.filter((name) => name !== undefined)
  }

  /** What the reader calls them there: a name of the reader's own for them comes first. */
  function nameIn(group: number, id: number): string {
    const name = users.nameOf(id)
    const nickname = users.get(id)?.nickname
    if (nickname && name !== nickname) return name
    strangers.want(group, id)
    return aliases.get(group)?.get(id) || name
  }

  /** Of a large group those who speak there are asked for apart from its first members. */
  const strangers = useStrangers(
    (group, id) => {
      const { rows, whole } = of(group)
      return rows.length > 0 && !whole && !rows.some((row) => row.id === id)
    },
    async (dstid, ids) => void take(dstid, (await live.api.call('/community/members', { dstid, ids })).rows),
  )

  /** Loads a group's first members, and keeps them fresh until what is returned is called. */
  function watch(group: number): () => void {
    watched.set(group, (watched.get(group) ?? 0) + 1)
    void load(group)
    return () => {
      const left = (watched.get(group) ?? 1) - 1
      if (left > 0) watched.set(group, left)
      else watched.delete(group)
    }
  }

  /** What is known of a group's members is so no longer. */
  function outdated(group: number): void {
    // What is on its way may be older than that.
    if (asking.has(group)) return void renew(group)
    if (!known.has(group)) return
    if (!watched.has(group)) return void known.delete(group)
    clearTimeout(timers.get(group))
    timers.set(
      group,
      setTimeout(() => void renew(group), pause),
    )
  }

  live.events.on('community', ({ what, dstid, userid, who = [userid] }) => {
    const { rows, whole } = of(dstid)
    // Of a large group only the first are known: most of what happens there is about others.
    const all = whole || what === 'role' || what === 'dissolved' || asking.has(dstid)
    if (what !== 'requested' && (all || rows.some(({ id }) => who.includes(id)))) outdated(dstid)
    if (what === 'updated' || what === 'joined') strangers.renew(dstid, who)
  })
  live.events.on('welcome', () => {
    for (const group of new Set([...known.keys(), ...asking.keys()])) outdated(group)
    strangers.forget()
  })

  return { of, load, ask, page, calledIn, namesOf, nameIn, watch }
})
