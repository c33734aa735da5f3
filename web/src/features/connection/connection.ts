/** State of the live connection, as the strip under the header shows it. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useLive } from '@/state/live'

/** ms offline before the reader is told: a short gap is none. ms the strip stays green after coming back. */
const tellAfter = 1_800
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
    [online, () => live.doubted, () => live.engine] as const,
    ([isOnline, doubted, engine]) => {
      clearTimeout(timer)
      if (!engine) return
      if (!isOnline || doubted) {
        recovered.value = false
        // What the browser says itself, and an answer that was waited for already, need no further waiting.
        if (doubted || globalThis.navigator?.onLine === false) troubled.value = true
        else if (!troubled.value) timer = setTimeout(() => (troubled.value = true), tellAfter)
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
    /** Nothing is lost yet, but an answer is overdue. */
    doubted: computed(() => live.doubted),
    troubled,
    recovered,
    retryNow,
  }
})
