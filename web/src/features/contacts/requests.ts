/**
 * Who wants to be a friend of the reader, and whom the reader has asked; fresh after every welcome and every event
 * about friends.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { parseRequest, type FriendRequest } from '@/protocol/contacts'
import { count, isFields, parseRows } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { inTurn } from '@/state/turns'

export const useRequests = defineStore('requests', () => {
  const live = useLive()
  const users = useUsers()
  const rows = shallowRef<readonly FriendRequest[]>([])
  /** How many wait for the reader's answer. */
  const waiting = shallowRef(0)
  /** There are older ones. */
  const more = shallowRef(false)
  const loaded = shallowRef(false)

  async function ask(before?: number): Promise<FriendRequest[]> {
    const answer = await live.api.call('/contact/requests', before ? { before } : {})
    const found = parseRows(answer.rows, parseRequest)
    users.remember(found.map(({ user }) => user))
    if (isFields(answer.data)) {
      waiting.value = count(answer.data.waiting)
      more.value = answer.data.more === 1
    }
    return found
  }

  const load = inTurn(async () => {
    rows.value = await ask()
    loaded.value = true
  })

  /** Those before the last one. */
  async function loadMore(): Promise<void> {
    const last = rows.value.at(-1)
    if (!last || !more.value) return
    const older = await ask(last.id)
    const known = new Set(rows.value.map(({ id }) => id))
    rows.value = [...rows.value, ...older.filter(({ id }) => !known.has(id))]
  }

  /** Says yes or no to who asked. */
  async function answer(request: FriendRequest, accept: boolean): Promise<void> {
    await live.api.call('/contact/answer', { request: request.id, accept: accept ? 1 : 0 })
    await load()
  }

  const incoming = computed(
    () => new Map(rows.value.filter(isPending).flatMap((row) => (asks(row) ? [[row.userid, row] as const] : []))),
  )
  const outgoing = computed(
    () => new Set(rows.value.filter(isPending).flatMap((row) => (asks(row) ? [] : [row.dstid]))),
  )

  /** Somebody asks the reader. */
  function asks(row: FriendRequest): boolean {
    return row.dstid === live.api.userId
  }

  /** What waits for the reader's answer to somebody. */
  function from(id: number): FriendRequest | undefined {
    return incoming.value.get(id)
  }

  /** Whether somebody has been asked, and has not answered. */
  function to(id: number): boolean {
    return outgoing.value.has(id)
  }

  function refresh(): void {
    load().catch(() => undefined)
  }

  async function announce(userid: number): Promise<void> {
    await load()
    const request = from(userid)
    if (request) mui.toast(t('request.came', { name: users.called(request.user) }))
  }

  live.events.on('welcome', refresh)
  live.events.on('contact', ({ what, userid, dstid }) => {
    if (what === 'requested' && dstid === live.api.userId) announce(userid).catch(() => undefined)
    else refresh()
  })

  return { rows, waiting, more, loaded, load, loadMore, answer, asks, from, to }
})

function isPending({ state }: FriendRequest): boolean {
  return state === 'pending'
}
