/** Whether the reader may write in a group, and from when on: the server decides, and this knows it beforehand. */
import { defineStore } from 'pinia'
import { shallowReactive, shallowRef, watch } from 'vue'
import { useUsers } from '@/features/accounts/users'
import { Kind, Media } from '@/protocol/codes'
import { parseChatKey } from '@/protocol/conversations'
import { Role } from '@/protocol/groups'
import { parseNotice } from '@/protocol/notices'
import { useLive } from '@/state/live'
import { useGroups } from './groups'
import { useMembers } from './members'

/** Who may not write: the reader alone, or all ordinary members. `until` in ms, 0 when nobody has said. */
export interface Silence {
  why: 'muted' | 'mutedAll'
  until: number
}

/** ms that a timer can wait. */
const longest = 2 ** 31 - 1

export const useVoice = defineStore('voice', () => {
  const live = useLive()
  const users = useUsers()
  const groups = useGroups()
  const members = useMembers()
  const time = () => live.engine?.now() ?? Date.now()
  /** When all may write again, by group, where that was said. */
  const ends = shallowReactive(new Map<number, number>())
  /** The time, as far as it matters here: it moves when somebody may write again. */
  const now = shallowRef(time())
  let timer: ReturnType<typeof setTimeout> | undefined

  function silence(id: number): Silence | null {
    const group = groups.group(id)
    const own = members.silenced.get(id) ?? 0
    if (!group || group.role === Role.Owner) return null
    if (own > now.value) return { why: 'muted', until: own }
    if (!group.muted || group.role === Role.Admin) return null
    const until = ends.get(id) ?? 0
    return until > 0 && until <= now.value ? null : { why: 'mutedAll', until }
  }

  /** Makes sure that it is known of a group that is opened. */
  async function check(id: number): Promise<void> {
    await members.load(id)
    const { rows, whole } = members.of(id)
    if (!whole && rows.length > 0 && !rows.some((row) => row.id === live.api.userId)) await askOwn(id)
  }

  /** The reader's own row, which of a large group is far down the list, is found by their name. */
  async function askOwn(id: number): Promise<void> {
    const name = groups.group(id)?.alias || users.get(live.api.userId)?.nickname
    if (name) await members.ask(id, name).catch(() => undefined)
  }

  function tick(): void {
    clearTimeout(timer)
    now.value = time()
    const waits = [...members.silenced.values(), ...ends.values()].filter((until) => until > now.value)
    if (waits.length > 0) timer = setTimeout(tick, Math.min(longest, Math.min(...waits) - now.value + 50))
  }

  watch(() => [...members.silenced.values(), ...ends.values()], tick)
  // What was refused says why.
  watch(
    () => live.outbox,
    (items, before) => {
      const old = new Set(before)
      for (const item of items) {
        const place = parseChatKey(item.key)
        if (old.has(item) || item.state !== 'failed' || !item.until || place?.kind !== Kind.Room) continue
        const group = groups.group(place.dstid)
        if (group?.muted && group.role === Role.Member) ends.set(place.dstid, item.until)
        void askOwn(place.dstid)
        if (!group?.muted) void groups.info({ dstid: place.dstid }).catch(() => undefined)
      }
    },
  )
  live.events.on('welcome', tick)
  live.events.on('community', ({ what, dstid, who }) => {
    if (what !== 'muted') return
    if (!who?.length) ends.delete(dstid)
    else if (who.includes(live.api.userId)) void askOwn(dstid)
  })
  live.events.on('arrival', ({ key, message }) => {
    const notice = message.media === Media.Notice ? parseNotice(message.memo) : null
    const place = parseChatKey(key)
    if (notice?.what === 'muted' && notice.until > 0 && place) ends.set(place.dstid, notice.until)
  })

  return { silence, check }
})
