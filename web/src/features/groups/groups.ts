/**
 * Groups of the logged-in user, fresh after every welcome and every change told by the server; and what is known of
 * others: those that were left, or are looked at before one comes in.
 */
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef, watch } from 'vue'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Code } from '@/protocol/codes'
import { parseCommunity, Role, type Community } from '@/protocol/groups'
import { isFields, parseJson, parseRows } from '@/protocol/guards'
import { sentences, useLive } from '@/state/live'
import { oneByOne } from '@/state/retry'
import { userStore, save } from '@/state/storage'
import { inTurn } from '@/state/turns'
import { ApiError } from '@/transport/errors'

export type GroupForm = Pick<Community, 'name' | 'icon' | 'cate' | 'memo'>

/** How a group is found: by its number, or by the code of a link that leads into it. */
export type Way = { dstid: number } | { link: string }

/** A group of more members than this has its pages ask for what is new not all at once, but within some ms. */
const crowd = 200
const spread = 3000
/** A request to come in waits so long for its answer, ms. */
const requestLife = 7 * 86_400_000

export const useGroups = defineStore('groups', () => {
  const live = useLive()
  const all = shallowRef<readonly Community[]>([])
  /** True once the list came from the server. */
  const loaded = shallowRef(false)
  /** Groups that are not in the list, as far as the reader may see them. */
  const others = shallowReactive(new Map<number, Community>())
  /** Of those, what was asked for since the last welcome, found or not. */
  const asked = new Set<number>()
  /** Groups whose heads were asked to let the reader in, and when (ms). */
  const waiting = shallowReactive(new Map<number, number>())

  const byId = computed(() => new Map(all.value.map((one) => [one.id, one])))

  const load = inTurn(async () => {
    const rows = parseRows((await live.api.call('/contact/loadcommunity')).rows, parseCommunity)
    const now = new Set(rows.map(({ id }) => id))
    const gone = all.value.filter(({ id }) => !now.has(id) && !others.has(id))
    for (const one of gone) others.set(one.id, { ...one, role: Role.None })
    for (const { id } of rows) {
      others.delete(id)
      if (waiting.delete(id)) remember()
    }
    all.value = rows
    loaded.value = true
    live.keep('groups', () => [...all.value, ...others.values()])
  })

  /** True once they came, or cannot be had for now. */
  const settled = shallowRef(false)

  // Until the server has answered they are as they were.
  watch(
    () => live.kept,
    (kept) => {
      if (!kept?.groups || loaded.value) return
      all.value = kept.groups.filter(isIn)
      for (const one of kept.groups) if (!isIn(one)) others.set(one.id, one)
      settled.value = true
    },
    { immediate: true, flush: 'sync' },
  )

  /** One that fails is made up for after the next welcome. */
  function refresh(): void {
    load()
      .catch(() => undefined)
      .finally(() => (settled.value = true))
  }

  /** A group that the reader is in. */
  function group(id: number): Community | undefined {
    return byId.value.get(id)
  }

  /** Any group; of one that is not in the list the server is asked in the background (then the view redraws). */
  function known(id: number): Community | undefined {
    const found = group(id) ?? others.get(id)
    if (loaded.value && id > 0 && !group(id) && !asked.has(id)) {
      asked.add(id)
      want(id)
    }
    return found
  }

  const want = oneByOne((dstid) => info({ dstid }))

  /** A group as the reader may see it now, from the server; rejects with code -404 when there is none. */
  async function info(way: Way): Promise<Community> {
    const found = groupIn((await live.api.call('/community/info', { ...way })).data)
    take(found)
    return found
  }

  /** A group came from the server. */
  function take(found: Community): void {
    if (!isIn(found) || !group(found.id)) others.set(found.id, found)
    else all.value = all.value.map((one) => (one.id === found.id ? found : one))
  }

  /** Comes in, or asks to. Resolves to whether the heads have to answer first, and the server's sentence. */
  async function join(id: number, way: Way = { dstid: id }, memo = ''): Promise<{ pending: boolean; msg: string }> {
    const { msg, data } = await live.api.call('/contact/joincommunity', { ...way, ...(memo && { memo }) })
    const pending = isFields(data) && data.state === 'pending'
    if (pending) waits(id)
    else await load()
    return { pending, msg }
  }

  async function createGroup(form: GroupForm): Promise<Community> {
    const made = groupIn((await live.api.call('/contact/createcommunity', { ...form })).data)
    await load()
    return made
  }

  // --- who waits to be let in: kept by this browser, for nobody else remembers it for them ---

  const place = () => `magpie:asked:${live.api.userId}`

  function waits(id: number): void {
    waiting.set(id, live.engine?.now() ?? Date.now())
    remember()
  }

  function remember(): void {
    save(place(), Object.fromEntries(waiting))
  }

  function recall(): void {
    const kept = parseJson(userStore.getItem(place()) ?? '')
    const now = live.engine?.now() ?? Date.now()
    for (const [id, at] of Object.entries(isFields(kept) ? kept : {}))
      if (typeof at === 'number' && at > now - requestLife) waiting.set(Number(id), at)
  }

  // --- what the server tells ---

  /** Asks for a group anew; the many pages of a large one not at the same moment, but one whose reader is `alone` in it. */
  function renew(id: number, alone = false): void {
    const delay = !alone && (known(id)?.members ?? 0) > crowd ? Math.random() * spread : 0
    setTimeout(() => void info({ dstid: id }).catch(() => undefined), delay)
  }

  /** Some people came, or went: how many there are is known without asking. */
  function count(id: number, by: number): void {
    all.value = all.value.map((one) => (one.id === id ? { ...one, members: Math.max(0, one.members + by) } : one))
  }

  live.events.on('welcome', () => {
    if (!loaded.value) recall()
    asked.clear()
    refresh()
  })
  live.events.on('community', ({ what, dstid, userid, who = [] }) => {
    const me = live.api.userId
    const mine = who.length > 0 ? who.includes(me) : userid === me
    const moves = what === 'joined' || what === 'left' || what === 'removed'
    if (what === 'created' || (moves && mine)) {
      const name = group(dstid)?.name
      if (what === 'removed' && name) mui.toast(t('group.youAreOut', { name }))
      // What can be read there is another part of it now.
      live.engine?.catchup.listing.news()
      return refresh()
    }
    if (moves) return count(dstid, (what === 'joined' ? 1 : -1) * Math.max(1, who.length))
    if (what === 'dissolved') {
      refresh()
      return renew(dstid)
    }
    if (what === 'requested') {
      // By the reader on another device, too.
      if (userid === me && who.includes(me)) waits(dstid)
      return
    }
    // What becomes of single members (what they are called, who is muted) changes nothing in this list.
    if (who.length === 0 || mine || what === 'role') renew(dstid, mine)
  })
  live.events.on('forget', () => userStore.removeItem(place()))

  return { all, loaded, settled, waiting, refresh, group, known, take, info, join, createGroup }
})

/** The reader is one of it. */
function isIn({ role, dissolved }: Community): boolean {
  return role > Role.None && !dissolved
}

/** The group in an answer; `ApiError` when there is none. */
export function groupIn(data: unknown): Community {
  const group = parseCommunity(data)
  if (!group) throw new ApiError(Code.Refused, sentences().answer)
  return group
}
