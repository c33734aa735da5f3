/**
 * Friends of the logged-in user, and whom they block, fresh after every welcome and every change told by the
 * server. Who has been added by somebody learns of it at once, or on coming back: in a word at the foot of the
 * page, and by a row among the chats (`fresh`) until they have met there.
 */
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef, watch } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { parseUser, type User } from '@/protocol/accounts'
import { parseCommunity, type Community } from '@/protocol/groups'
import { isFields, isId, parseJson, parseRows } from '@/protocol/guards'
import { Batch } from '@/state/batch'
import { useLive } from '@/state/live'
import { site } from '@/state/site'
import { userStore, save } from '@/state/storage'
import { inTurn } from '@/state/turns'

export const useContacts = defineStore('contacts', () => {
  const live = useLive()
  const users = useUsers()
  const friends = shallowRef<readonly User[]>([])
  /** True once the list came from the server. */
  const loaded = shallowRef(false)
  /** Friends with whom nothing was said yet and who came without the reader's doing, to when that was known (ms). */
  const fresh = shallowReactive(new Map<number, number>())
  /** Whom the reader blocks, the latest first. */
  const blocked = shallowRef<readonly User[]>([])
  /** Who has added the reader, or let them in, and whom the reader added, since the list came last. */
  const adders = new Map<number, 'contact.addedYou' | 'contact.acceptedYou'>()
  const added = new Set<number>()
  const byId = computed(() => new Map(friends.value.map((one) => [one.id, one])))

  const load = inTurn(async () => {
    const [list, barred] = await Promise.all([
      live.api.call('/contact/loadfriend'),
      live.api.call('/contact/blocked').catch(() => null),
    ])
    friends.value = parseRows(list.rows, parseUser)
    if (barred) blocked.value = parseRows(barred.rows, parseUser)
    users.remember(friends.value)
    users.remember(blocked.value)
    rename()
    const first = !loaded.value
    loaded.value = true
    live.keep('friends', () => friends.value)
    live.keep('blocked', () => blocked.value)
    notice(first)
  })

  /** True once they came, or cannot be had for now. */
  const settled = shallowRef(false)

  // Until the server has answered they are as they were; nobody is known to be online.
  watch(
    () => live.kept,
    (kept) => {
      if (!kept?.friends || loaded.value) return
      friends.value = kept.friends.map((one) => ({ ...one, online: 0 }))
      blocked.value = kept.blocked
      users.remember(friends.value)
      rename()
      settled.value = true
    },
    { immediate: true, flush: 'sync' },
  )

  /** Asks for the friends again, and who of them is online. One that fails is made up for after the next welcome. */
  function refresh(): void {
    load()
      .catch(() => undefined)
      .finally(() => (settled.value = true))
  }

  function friend(id: number): User | undefined {
    return byId.value.get(id)
  }

  /** Wherever their names stand, friends are called as the reader calls them. */
  function rename(): void {
    const named = friends.value.flatMap(({ id, remark }): [number, string][] => (remark ? [[id, remark]] : []))
    const same = named.length === users.remarks.size && named.every(([id, remark]) => users.remarks.get(id) === remark)
    if (!same) users.remarks = new Map(named)
  }

  /** Resolves to the server's sentence (好友添加成功): who wants to be asked is asked, with the greeting. */
  async function addFriend(id: number, greeting = ''): Promise<string> {
    added.add(id)
    const { msg } = await live.api.call('/contact/addfriend', { dstid: id, ...(greeting && { memo: greeting }) })
    await load()
    // Who has yet to agree is news when they do.
    if (!friend(id)) added.delete(id)
    return msg
  }

  /** What the reader calls a friend; '' for their own name. */
  async function call(id: number, remark: string): Promise<void> {
    await live.api.call('/contact/update', { dstid: id, remark })
    await load()
  }

  /** Neither has the other any more. */
  async function remove(id: number): Promise<void> {
    await live.api.call('/contact/remove', { dstid: id })
    await load()
  }

  /** Whether the reader may write to them: friends, and where strangers may write everybody. */
  function reaches(id: number): boolean {
    return (site.strangers || friend(id) !== undefined) && !isBlocked(id)
  }

  function isBlocked(id: number): boolean {
    return blocked.value.some((one) => one.id === id)
  }

  /** From now on the reader wants nothing of them, or does again. */
  async function block(id: number, on: boolean): Promise<void> {
    await live.api.call('/contact/block', { dstid: id, on: on ? 1 : 0 })
    await load()
  }

  /** The groups that the reader and somebody are in. */
  async function common(id: number): Promise<Community[]> {
    return parseRows((await live.api.call('/contact/common', { dstid: id })).rows, parseCommunity)
  }

  /** The reader has opened the chat with a friend: nothing new about them any more. */
  function met(id: number): void {
    if (fresh.delete(id)) remember()
  }

  /** Says who is new. What this browser saw last is compared too, for those who came while it was away. */
  function notice(first: boolean): void {
    const kept = parseJson(userStore.getItem(place()) ?? '')
    const before = isFields(kept) && Array.isArray(kept.friends) ? new Set<unknown>(kept.friends) : null
    if (first && isFields(kept) && isFields(kept.fresh)) restore(kept.fresh)
    for (const { id, nickname } of friends.value) {
      const cameNow = adders.get(id)
      if (added.has(id) || !(cameNow || (before && !before.has(id)))) continue
      fresh.set(id, live.engine?.now() ?? Date.now())
      const name = nickname || t('user.unknown', { id })
      mui.toast(t(cameNow ?? 'contact.newFriend', { name }))
    }
    adders.clear()
    remember()
  }

  function restore(saved: Record<string, unknown>): void {
    for (const [id, at] of Object.entries(saved))
      if (friend(Number(id)) && typeof at === 'number') fresh.set(Number(id), at)
  }

  const place = () => `magpie:friends:${live.api.userId}`

  function remember(): void {
    save(place(), { friends: friends.value.map(({ id }) => id), fresh: Object.fromEntries(fresh) })
  }

  /** Who came or went since the list was drawn last: after a restart of the server, all at once. */
  const changed = new Map<number, 0 | 1>()
  const changes = new Batch(() => {
    friends.value = friends.value.map((one) => ({ ...one, online: changed.get(one.id) ?? one.online }))
    changed.clear()
  })

  live.events.on('welcome', refresh)
  live.events.on('contact', ({ what, userid, dstid }) => {
    if ((what === 'added' || what === 'accepted') && isId(dstid)) {
      if (dstid === live.api.userId) adders.set(userid, what === 'added' ? 'contact.addedYou' : 'contact.acceptedYou')
      else if (userid === live.api.userId) added.add(dstid)
    }
    // Requests alone change no list of friends.
    if (what !== 'requested' && what !== 'declined') refresh()
  })
  live.events.on('presence', ({ userId, online }) => {
    changed.set(userId, online ? 1 : 0)
    changes.mark()
  })
  live.events.on('forget', () => userStore.removeItem(place()))

  return {
    friends,
    blocked,
    loaded,
    settled,
    fresh,
    refresh,
    friend,
    isBlocked,
    reaches,
    addFriend,
    call,
    common,
    remove,
    block,
    met,
  }
})
