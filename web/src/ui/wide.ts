/**
 * Whether the page has room for list and chat side by side: 768 px, and not a phone on its side. Styles
 * read it as `:root[data-wide]`.
 */
import { readonly, ref } from 'vue'
import { isWide, type Room } from './room'

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
