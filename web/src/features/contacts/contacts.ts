/**
 * Friends of the logged-in user, fresh after every welcome and every change told by the server. Who has
 * been added by somebody learns of it at once, or on coming back: in a word at the foot of the page, and
 * by a row among the chats (`fresh`) until they have met there.
 */
import { defineStore } from 'pinia'
import { shallowReactive, shallowRef } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { parseUser, type User } from '@/protocol/accounts'
import { isFields, isId, parseJson, parseRows } from '@/protocol/guards'
import { Batch } from '@/state/batch'
import { useLive } from '@/state/live'
import { localStore, save } from '@/state/storage'

export const useContacts = defineStore('contacts', () => {
  const live = useLive()
  const users = useUsers()
  const friends = shallowRef<readonly User[]>([])
  /** True once the list came from the server. */
  const loaded = shallowRef(false)
  /** Friends with whom nothing was said yet and who came without the reader's doing, to when that was known (ms). */
  const fresh = shallowReactive(new Map<number, number>())
  /** Who has added the reader, and whom the reader added, since the list came last. */
  const adders = new Set<number>()
  const added = new Set<number>()

  async function load(): Promise<void> {
    friends.value = parseRows((await live.api.call('/contact/loadfriend')).rows, parseUser)
    users.remember(friends.value)
    const first = !loaded.value
    loaded.value = true
    notice(first)
  }

  /** True once they came, or cannot be had for now. */
  const settled = shallowRef(false)

  /** Asks for the friends again, and who of them is online. One that fails is made up for after the next welcome. */
  function refresh(): void {
    load()
      .catch(() => undefined)
      .finally(() => (settled.value = true))
  }

  function friend(id: number): User | undefined {
    return friends.value.find((one) => one.id === id)
  }

  /** Resolves to the server's sentence (好友添加成功). */
  async function addFriend(id: number): Promise<string> {
    added.add(id)
    const { msg } = await live.api.call('/contact/addfriend', { dstid: id })
    await load()
    return msg
  }

  /** The reader has opened the chat with a friend: nothing new about them any more. */
  function met(id: number): void {
    if (fresh.delete(id)) remember()
  }

  /** Says who is new. What this browser saw last is compared too, for those who came while it was away. */
  function notice(first: boolean): void {
    const kept = parseJson(localStore.getItem(place()) ?? '')
    const before = isFields(kept) && Array.isArray(kept.friends) ? new Set<unknown>(kept.friends) : null
    if (first && isFields(kept) && isFields(kept.fresh)) restore(kept.fresh)
    for (const { id, nickname } of friends.value) {
      const cameNow = adders.has(id)
      if (added.has(id) || !(cameNow || (before && !before.has(id)))) continue
      fresh.set(id, live.engine?.now() ?? Date.now())
      const name = nickname || t('user.unknown', { id })
      mui.toast(t(cameNow ? 'contact.addedYou' : 'contact.newFriend', { name }))
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
    if (what === 'added' && isId(dstid)) {
      if (dstid === live.api.userId) adders.add(userid)
      else if (userid === live.api.userId) added.add(dstid)
    }
    refresh()
  })
  live.events.on('presence', ({ userId, online }) => {
    changed.set(userId, online ? 1 : 0)
    changes.mark()
  })
  live.events.on('forget', () => localStore.removeItem(place()))

  return { friends, loaded, settled, fresh, refresh, friend, addFriend, met }
})
