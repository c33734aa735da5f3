/**
 * Whether the page has room for list and chat side by side: 768 px, and not a phone on its side. Styles
 * read it as `:root[data-wide]`.
 */
import { readonly, ref } from 'vue'

const leastWidth = 768
const leastHeight = 480

export interface Room {
  width: number
  height: number
}

/** Whether there is room now. A keyboard that takes height from a page on which one writes changes nothing. */
export function isWide(now: Room, before: Room & { wide: boolean }, writing: boolean): boolean {
  if (writing && now.width === before.width) return before.wide
  return now.width >= leastWidth && now.height >= leastHeight
}

const measure = (): Room => ({ width: window.innerWidth, height: window.innerHeight })
const none = { width: 0, height: 0, wide: false }

let before = { ...measure(), wide: isWide(measure(), none, false) }
const state = ref(before.wide)

function follow() {
  const now = measure()
  const writing = document.activeElement?.matches('input, textarea') ?? false
  before = { ...now, wide: isWide(now, before, writing) }
  state.value = before.wide
  document.documentElement.toggleAttribute('data-wide', before.wide)
}
follow()
window.addEventListener('resize', follow)

export const wide = readonly(state)
