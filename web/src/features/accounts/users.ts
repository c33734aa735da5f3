/** What is known of other users: names and faces, asked for when they are needed. */
import { defineStore } from 'pinia'
import { shallowReactive, shallowRef, watch } from 'vue'
import { t } from '@/i18n'
import { parseUser, type User } from '@/protocol/accounts'
import { Code } from '@/protocol/codes'
import { sentences, useLive } from '@/state/live'
import { oneByOne } from '@/state/retry'
import { ApiError } from '@/transport/errors'

const mobileOfChina = /^1[3-9]\d{9}$/
/** Users of whom the disk has a name and a face. */
const mostKept = 2_000
/** Digits of the shortest mobile. */
const mobileDigits = 5

export const useUsers = defineStore('users', () => {
  const live = useLive()
  const known = shallowReactive(new Map<number, User>())
  /** Asked for once on this page, found or not. */
  const asked = new Set<number>()

  /** A user; asked from the server in the background when unknown (then the view redraws). */
  function get(id: number): User | undefined {
    const user = known.get(id)
    if (!user && id > 0 && !asked.has(id)) {
      asked.add(id)
      want(id)
    }
    return user
  }

  /** What the reader calls their friends. */
  const remarks = shallowRef<ReadonlyMap<number, string>>(new Map())

  /** What the reader calls a user, else the nickname; "user 42" until that is known. */
  function nameOf(id: number): string {
    return remarks.value.get(id) ?? nicknameOf(id)
  }

  /** What the reader calls somebody of whom there is a row. */
  function called({ id, nickname }: Pick<User, 'id' | 'nickname'>): string {
    return remarks.value.get(id) ?? (nickname || t('user.unknown', { id }))
  }

  /** The name by which all others know a user, too: what is written into a text. */
  function nicknameOf(id: number): string {
    return get(id)?.nickname || t('user.unknown', { id })
  }

  /** A user by number, from the server; rejects with code -404 when there is none. */
  async function find(id: number): Promise<User> {
    const found = userIn((await live.api.call('/user/find', { id })).data)
    remember([found])
    return found
  }

  /** A user by what people tell each other: their number or their mobile, first as which of both it looks. */
  async function findTold(told: number): Promise<User> {
    const digits = String(told)
    const byNumber = () => find(told)
    const byMobile = async () => {
      const found = userIn((await live.api.call('/user/find', { mobile: digits })).data)
      remember([found])
      return found
    }
    if (digits.length < mobileDigits) return byNumber()
    const [first, second] = mobileOfChina.test(digits) ? [byMobile, byNumber] : [byNumber, byMobile]
    try {
      return await first()
    } catch (error) {
      if (error instanceof ApiError && error.code === Code.NotFound) return second()
      throw error
    }
  }

  function remember(users: readonly User[]): void {
    for (const user of users) known.set(user.id, user)
    if (users.length > 0) live.keep('people', () => [...known.values()].slice(-mostKept))
  }

  watch(
    () => live.kept,
    (kept) => {
      for (const user of kept?.people ?? []) if (!known.has(user.id)) known.set(user.id, user)
    },
    { immediate: true, flush: 'sync' },
  )

  // What came meanwhile in another way is asked for no more.
  const want = oneByOne(async (id) => known.has(id) || find(id))

  // Who is a friend no longer has perhaps deleted the account, and the list of friends does not tell.
  live.events.on('contact', ({ what, userid }) => {
    if (what === 'removed' && known.has(userid)) find(userid).catch(() => undefined)
  })

  return { get, remarks, nameOf, nicknameOf, called, find, findTold, remember }
})

/** The user in an answer; `ApiError` when there is none. */
export function userIn(data: unknown): User {
  const user = parseUser(data)
  if (!user) throw new ApiError(Code.Refused, sentences().answer)
  return user
}
