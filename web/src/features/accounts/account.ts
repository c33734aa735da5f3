/**
 * Who is logged in, and what is known of other users. See `SessionStore` for what views may use;
 * `main.ts` calls `start`.
 */
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import { language } from '@/i18n'
import { parseRows, parseSession, parseUser } from '@/protocol/rows'
import { Code, type SessionRow, type User } from '@/protocol/types'
import { ApiError } from '@/transport/errors'
import { upload } from '@/transport/upload'
import type { SessionStore } from '@/state/api'
import { useDrafts } from '@/features/conversations/drafts'
import { enterChat, rememberUser } from '@/state/pages'
import { sentences, useLive } from '@/state/live'
import type { RegisterForm } from '@/state/types'

const startPause = 3_000

export const useSession = defineStore('session', () => {
  const live = useLive()
  const me = shallowRef<User | null>(null)
  const ready = shallowRef(false)
  const users = shallowReactive(new Map<number, User>())
  /** Users to ask for, one after the other: a big group must not use up the reader's calls. */
  const wanted: number[] = []
  /** Asked for once on this page, found or not. */
  const asked = new Set<number>()
  let asking = false

  /** The chat page of a user begins; waits for the server if need be. */
  async function start(userId: number): Promise<void> {
    identify(userId)
    while (!me.value) {
      try {
        me.value = await find(userId)
      } catch (error) {
        if (!(error instanceof ApiError) || !error.passing) return live.leave()
        await sleep(Math.max(startPause, error.retryAfter * 1000))
      }
    }
    live.connect()
    ready.value = true
  }

  /** A page that needs a user but no live connection. */
  function identify(userId: number): void {
    live.identify(userId)
    rememberUser(userId)
  }

  async function login(mobile: string, passwd: string): Promise<User> {
    return enter(await live.api.call('/user/login', { mobile, passwd }))
  }

  async function register(form: RegisterForm): Promise<User> {
    return enter(await live.api.call('/user/register', { ...form }))
  }

  function enter({ data }: { data: unknown }): User {
    const user = userIn(data)
    enterChat(user.id)
    return user
  }

  async function logout(): Promise<void> {
    await live.api.call('/user/logout')
    live.forget()
    useDrafts().clear()
    live.leave()
  }

  function user(id: number): User | undefined {
    const known = users.get(id)
    if (!known && id > 0 && !asked.has(id)) {
      asked.add(id)
      wanted.push(id)
      void askForWanted()
    }
    return known
  }

  async function find(id: number): Promise<User> {
    const found = userIn((await live.api.call('/user/find', { id })).data)
    remember([found])
    return found
  }

  function remember(found: readonly User[]): void {
    for (const one of found) users.set(one.id, one)
  }

  async function askForWanted(): Promise<void> {
    if (asking) return
    asking = true
    // Not within the render that asked.
    await Promise.resolve()
    while (wanted.length > 0) {
      try {
        if (!users.has(wanted[0])) await find(wanted[0])
        wanted.shift()
      } catch (error) {
        if (!(error instanceof ApiError) || !error.passing) wanted.shift()
        else await sleep(Math.max(startPause, error.retryAfter * 1000))
      }
    }
    asking = false
  }

  async function saveProfile(change: Partial<Pick<User, 'nickname' | 'avatar' | 'sex' | 'memo'>>): Promise<void> {
    const saved = userIn((await live.api.call('/user/profile', change)).data)
    me.value = saved
    remember([saved])
  }

  async function changePassword(old: string, next: string): Promise<void> {
    await live.api.call('/user/passwd', { old, new: next })
  }

  async function sessions(): Promise<SessionRow[]> {
    return parseRows((await live.api.call('/user/sessions')).rows, parseSession)
  }

  async function revoke(session?: number): Promise<void> {
    await live.api.call('/user/revoke', session === undefined ? {} : { session })
  }

  async function uploadPicture(file: Blob, onProgress?: (loaded: number, total: number) => void): Promise<string> {
    const { url } = await upload({
      file,
      name: file instanceof File ? file.name : 'picture.png',
      userId: live.api.userId,
      token: live.token,
      language: language.value,
      sentences: sentences(),
      onProgress,
    })
    return url
  }

  // Changed on another device of one's own, or another page.
  live.on('contacts', ({ what, userid }) => {
    if (what !== 'updated' || userid !== me.value?.id) return
    find(userid).then(
      (changed) => (me.value = changed),
      () => undefined,
    )
  })

  return {
    me,
    userId: computed(() => live.api.userId),
    ready,
    start,
    identify,
    login,
    register,
    logout,
    user,
    find,
    remember,
    saveProfile,
    changePassword,
    sessions,
    revoke,
    uploadPicture,
  } satisfies Record<keyof SessionStore, unknown> & Record<string, unknown>
})

function userIn(data: unknown): User {
  const user = parseUser(data)
  if (!user) throw new ApiError(Code.Refused, sentences().answer)
  return user
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
