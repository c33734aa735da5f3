/** Friends and groups of the logged-in user, fresh after every welcome and every change told by the server. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { parseCommunity, parseRows, parseUser } from '@/protocol/rows'
import { Code, type Community, type User } from '@/protocol/types'
import { ApiError } from '@/transport/errors'
import type { ContactsStore } from '@/state/api'
import { Batch } from '@/state/batch'
import { sentences, useLive } from '@/state/live'
import { useSession } from '@/features/accounts/account'
import type { GroupForm } from '@/state/types'

export const useContacts = defineStore('contacts', () => {
  const live = useLive()
  const session = useSession()
  const friends = shallowRef<readonly User[]>([])
  const groups = shallowRef<readonly Community[]>([])
  const loaded = shallowRef(false)

  async function loadFriends(): Promise<void> {
    friends.value = parseRows((await live.api.call('/contact/loadfriend')).rows, parseUser)
    session.remember(friends.value)
  }

  async function loadGroups(): Promise<void> {
    groups.value = parseRows((await live.api.call('/contact/loadcommunity')).rows, parseCommunity)
  }

  async function load(): Promise<void> {
    await Promise.all([loadFriends(), loadGroups()])
    loaded.value = true
  }

  function friend(id: number): User | undefined {
    return friends.value.find((one) => one.id === id)
  }

  function group(id: number): Community | undefined {
    return groups.value.find((one) => one.id === id)
  }

  async function addFriend(id: number): Promise<string> {
    const { msg } = await live.api.call('/contact/addfriend', { dstid: id })
    await loadFriends()
    return msg
  }

  async function joinGroup(id: number): Promise<string> {
    const { msg } = await live.api.call('/contact/joincommunity', { dstid: id })
    await loadGroups()
    return msg
  }

  async function createGroup(form: GroupForm): Promise<Community> {
    const { data } = await live.api.call('/contact/createcommunity', { ...form })
    const made = parseCommunity(data)
    if (!made) throw new ApiError(Code.Refused, sentences().answer)
    await loadGroups()
    return made
  }

  /** Who came or went since the list was drawn last: after a restart of the server, all at once. */
  const changed = new Map<number, 0 | 1>()
  const changes = new Batch(() => {
    friends.value = friends.value.map((one) => ({ ...one, online: changed.get(one.id) ?? one.online }))
    changed.clear()
  })

  // A list that cannot be had now is asked for again after the next welcome.
  const quietly = (work: Promise<void>) => void work.catch(() => undefined)
  const refresh = () => quietly(loadFriends())
  live.on('welcome', () => quietly(load()))
  live.on('contacts', refresh)
  live.on('community', ({ what, userid }) => {
    // Others come and go in big groups all day; that changes nothing in this list.
    if (userid === session.userId || (what !== 'joined' && what !== 'left')) quietly(loadGroups())
  })
  live.on('presence', (userId, online) => {
    changed.set(userId, online ? 1 : 0)
    changes.mark()
  })

  return {
    friends,
    groups,
    loaded,
    load,
    refresh,
    friend,
    group,
    addFriend,
    joinGroup,
    createGroup,
  } satisfies Record<keyof ContactsStore, unknown>
})
