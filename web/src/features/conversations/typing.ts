/** Who types in which chat, and telling others that the reader does. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ChatKey } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import { useLive } from '@/state/live'
import { Typists } from '@/sync/typing'

/** ms between two frames about one chat: a little more than what the server passes on, so that none of ours comes too early. */
const pause = limits.typingPauseSeconds * 1000 + 300

export const useTyping = defineStore('typing', () => {
  const live = useLive()
  const typists = new Typists()
  const all = shallowRef(typists.all)
  let timer: ReturnType<typeof setTimeout> | undefined
  let told = { key: '', at: 0 }

  function refresh(): void {
    const now = Date.now()
    const next = typists.expire(now)
    all.value = typists.all
    clearTimeout(timer)
    if (next !== null) timer = setTimeout(refresh, next - now)
  }

  /** The users who type in a chat now, who began first at first. */
  function who(key: ChatKey): readonly number[] {
    return all.value.get(key) ?? []
  }

  /** The reader types; told to others now and then, however often it is called. */
  function tell(key: ChatKey): void {
    const now = Date.now()
    if (key === told.key && now - told.at < pause) return
    if (live.engine?.typing(key)) told = { key, at: now }
  }

  live.events.on('typing', ({ key, userId }) => {
    typists.typed(key, userId, Date.now())
    refresh()
  })
  live.events.on('arrival', ({ key, message: { userid } }) => {
    if (!who(key).includes(userid)) return
    typists.stopped(key, userid)
    refresh()
  })

  return { who, tell }
})
