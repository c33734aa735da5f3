/**
 * Keeps the page as high as what is seen of it. Browsers that know `interactive-widget` do so by
 * themselves; Safari lays its keyboard over the page and tells only the visual viewport. A low page is
 * told to the styles: `:root[data-low]`, `:root[data-lowest]`.
 */
import { onBeforeUnmount, onMounted } from 'vue'

/** Less is a bar of the browser, which 100dvh already follows. */
const KEYBOARD = 120
/** px below which bars are made lower (a phone on its side), and below which the chat's header makes room. */
const LOW = 480
const LOWEST = 260

export function keepAboveKeyboard(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const fit = () => {
    const covered = viewport.scale === 1 && window.innerHeight - viewport.height > KEYBOARD
    const root = document.documentElement
    if (covered) root.style.setProperty('--view-height', `${viewport.height}px`)
    else root.style.removeProperty('--view-height')
    const height = covered ? viewport.height : window.innerHeight
    root.toggleAttribute('data-low', height < LOW)
    root.toggleAttribute('data-lowest', height < LOWEST)
    if (covered) window.scrollTo(0, 0)
  }
  onMounted(() => {
    fit()
    viewport.addEventListener('resize', fit)
    window.addEventListener('resize', fit)
  })
  onBeforeUnmount(() => {
    viewport.removeEventListener('resize', fit)
    window.removeEventListener('resize', fit)
  })
}
