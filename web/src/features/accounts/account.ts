/** The account that is logged in on this page. `main.ts` calls `start` or `identify`. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useUploads } from '@/features/media/uploads'
import type { User } from '@/protocol/accounts'
import { useLive } from '@/state/live'
import { cardLink, chooseNothing, enterChat, rememberUser } from '@/state/pages'
import { site } from '@/state/site'
import { sleep, waitFor } from '@/state/retry'
import { userIn, useUsers } from './users'

export interface RegisterForm {
  mobile: string
  passwd: string
  nickname: string
  avatar: string
  sex: string
  memo: string
  /** Where one is needed. */
  invite: string
}

export type Profile = Pick<User, 'nickname' | 'avatar' | 'sex' | 'memo'>

export const useAccount = defineStore('account', () => {
  const live = useLive()
  const users = useUsers()
  /** The logged-in user; null before `start` has finished. */
  const me = shallowRef<User | null>(null)
  /** Becomes true when the chat page has its user; the shell shows a splash until then. */
  const ready = shallowRef(false)
  /** On the log-in page: nothing shall be kept on this computer. */
  const nothing = shallowRef(false)
  watch(nothing, chooseNothing, { flush: 'sync' })
  /** The server did not answer so far; it is asked again. */
  const unreachable = shallowRef(false)

  /** The chat page of a user begins; waits for the server if need be. The connection waits until the page is `drawn`:
   * a store that the page makes later would miss the welcome, and with it what it asks for then. */
  async function start(userId: number, drawn: Promise<void> = Promise.resolve()): Promise<void> {
    identify(userId)
    me.value = (await live.unpack())?.me ?? null
    // Who was here before sees at once what was kept; that the session still lives shows meanwhile.
    if (me.value) void find(userId)
    else if (!(await find(userId))) return
    await drawn
    live.connect()
    ready.value = true
  }

  /** Asks for the user until the server answers; false when it does not know them any more. */
  async function find(userId: number): Promise<boolean> {
    for (;;) {
      try {
        me.value = await users.find(userId)
        return true
      } catch (error) {
        const wait = waitFor(error)
        if (wait === null) {
          live.leave()
          return false
        }
        unreachable.value = true
        await sleep(wait)
      }
    }
  }

  /** A page that needs a user but no live connection. */
  function identify(userId: number): void {
    live.identify(userId)
    rememberUser(userId)
  }

  /** Logs in and goes to the chat page (the promise resolves just before the page changes). `code`: a one-time code, for
   * who is asked for one. */
  async function login(mobile: string, passwd: string, code = ''): Promise<User> {
    return enter(await live.api.call('/user/login', { mobile, passwd, ...(code && { code }) }))
  }

  /** A new account, logged in as by `login`. */
  async function register(form: RegisterForm): Promise<User> {
    return enter(await live.api.call('/user/register', { ...form }))
  }

  function enter({ data }: { data: unknown }): User {
    const user = userIn(data)
    enterChat(user.id)
    return user
  }

  /** Ends the session on the server, forgets local data of this user, goes to the log-in page: in this order, though the
   * socket hears of the end first. */
  async function logout(): Promise<void> {
    await live.leaveAfter(async () => {
      await live.api.call('/user/logout')
      await live.forget()
      await useUploads().clear()
    })
  }

  async function saveProfile(change: Partial<Profile>): Promise<void> {
    const saved = userIn((await live.api.call('/user/profile', change)).data)
    me.value = saved
    users.remember([saved])
  }

  /** The server then ends one's other sessions. */
  async function changePassword(old: string, next: string): Promise<void> {
    await live.api.call('/user/passwd', { old, new: next })
  }

  const keepMe = () => me.value && live.keep('me', () => me.value)
  watch(me, keepMe)
  // Another history may have emptied the disk.
  live.events.on('welcome', keepMe)

  // Changed on another device of one's own, or another page.
  live.events.on('contact', ({ what, userid }) => {
    if (what !== 'updated' || userid !== me.value?.id) return
    users.find(userid).then(
      (changed) => (me.value = changed),
      () => undefined,
    )
  })

  return {
    me,
    userId: computed(() => live.api.userId),
    /** The address that leads others to the reader's profile. */
    card: computed(() => cardLink(live.api.userId)),
    /** People have points here. */
    pays: computed(() => site.wallet),
    ready,
    nothing,
    unreachable,
    start,
    identify,
    login,
    register,
    logout,
    saveProfile,
    changePassword,
  }
})
