/** Whether the reader may write in a group, and from when on: the server decides, and this knows it beforehand. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { Kind } from '@/protocol/codes'
import { parseChatKey } from '@/protocol/conversations'
import { Role } from '@/protocol/groups'
import { useLive } from '@/state/live'
import { useGroups } from './groups'

/** Who may not write: the reader alone, or all ordinary members. `until` in ms, 0 when nobody has said. */
export interface Silence {
  why: 'muted' | 'mutedAll'
  until: number
}

/** ms that a timer can wait. */
const longest = 2 ** 31 - 1

export const useVoice = defineStore('voice', () => {
  const live = useLive()
  const groups = useGroups()
  const time = () => live.engine?.now() ?? Date.now()
  /** The time, as far as it matters here: it moves when somebody may write again. */
  const now = shallowRef(time())
  let timer: ReturnType<typeof setTimeout> | undefined

  function silence(id: number): Silence | null {
    const group = groups.group(id)
    if (!group || group.role === Role.Owner) return null
    if (group.mutedUntil > now.value) return { why: 'muted', until: group.mutedUntil }
    if (!group.muted || group.role === Role.Admin) return null
    const until = group.allMutedUntil
    return until > 0 && until <= now.value ? null : { why: 'mutedAll', until }
  }

  function tick(): void {
    clearTimeout(timer)
    now.value = time()
    const ends = groups.all.flatMap(({ mutedUntil, allMutedUntil }) => [mutedUntil, allMutedUntil])
    const waits = ends.filter((until) => until > now.value)
    if (waits.length > 0) timer = setTimeout(tick, Math.min(longest, Math.min(...waits) - now.value + 50))
  }

  watch(() => groups.all, tick)
  // What was refused for that: the group's row is another one.
  watch(
    () => live.outbox,
    (items, before) => {
      const old = new Set(before)
      for (const item of items) {
        const place = parseChatKey(item.key)
        if (old.has(item) || item.state !== 'failed' || !item.until || place?.kind !== Kind.Room) continue
        void groups.info({ dstid: place.dstid }).catch(() => undefined)
      }
    },
  )
  live.events.on('welcome', tick)

  return { silence }
})
