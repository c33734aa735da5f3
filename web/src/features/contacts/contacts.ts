/** Friends of the logged-in user, fresh after every welcome and every change told by the server. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { parseUser, type User } from '@/protocol/accounts'
import { parseRows } from '@/protocol/guards'
import { Batch } from '@/state/batch'
import { useLive } from '@/state/live'

export const useContacts = defineStore('contacts', () => {
  const live = useLive()
  const users = useUsers()
  const friends = shallowRef<readonly User[]>([])
  /** True once the list came from the server. */
  const loaded = shallowRef(false)

  async function load(): Promise<void> {
    friends.value = parseRows((await live.api.call('/contact/loadfriend')).rows, parseUser)
    users.remember(friends.value)
    loaded.value = true
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
    const { msg } = await live.api.call('/contact/addfriend', { dstid: id })
    await load()
    return msg
  }

  /** Who came or went since the list was drawn last: after a restart of the server, all at once. */
  const changed = new Map<number, 0 | 1>()
  const changes = new Batch(() => {
    friends.value = friends.value.map((one) => ({ ...one, online: changed.get(one.id) ?? one.online }))
    changed.clear()
  })

  live.events.on('welcome', refresh)
  live.events.on('contact', refresh)
  live.events.on('presence', ({ userId, online }) => {
    changed.set(userId, online ? 1 : 0)
    changes.mark()
  })

  return { friends, loaded, settled, refresh, friend, addFriend }
})
