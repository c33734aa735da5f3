/** State of the live connection, as the strip under the header shows it. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useLive } from '@/state/live'

/** ms offline before the reader is told, and ms the strip stays green after coming back. */
const tellAfter = 2_000
const greenFor = 1_000

export const useConnection = defineStore('connection', () => {
  const live = useLive()
  const since = shallowRef(Date.now())
  const troubled = shallowRef(false)
  const recovered = shallowRef(false)
  const online = computed(() => live.connection === 'online')
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    () => live.connection,
    () => (since.value = Date.now()),
  )
  watch(
    [online, () => live.engine],
    ([isOnline, engine]) => {
      clearTimeout(timer)
      if (!engine) return
      if (!isOnline) {
        recovered.value = false
        timer = setTimeout(() => (troubled.value = true), tellAfter)
      } else if (troubled.value) {
        troubled.value = false
        recovered.value = true
        timer = setTimeout(() => (recovered.value = false), greenFor)
      }
    },
    { immediate: true },
  )

  function retryNow(): void {
    live.engine?.socket.retryNow()
  }

  return {
    state: computed(() => live.connection),
    since,
    attempts: computed(() => live.attempts),
    troubled,
    recovered,
    retryNow,
  }
})
