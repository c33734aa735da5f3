/** Which day it is, by the server's clock: what is drawn with "today" in it is drawn anew when that changes. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { sameDay, untilMidnight } from '@/i18n/time'
import { useLive } from '@/state/live'

/** ms between two looks at the clock: timers stand still while the device sleeps. */
const often = 20_000

export const useClock = defineStore('clock', () => {
  const live = useLive()
  const time = () => live.engine?.now() ?? Date.now()
  /** A time of the present day, ms since 1970. */
  const today = shallowRef(time())
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    const now = time()
    if (!sameDay(now, today.value)) today.value = now
    clearTimeout(timer)
    timer = setTimeout(look, Math.min(often, untilMidnight(now)))
  }

  look()
  live.events.on('welcome', look)
  document.addEventListener('visibilitychange', look)
  window.addEventListener('focus', look)

  return { today, now: time }
})
