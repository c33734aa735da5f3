/**
 * Keeps the page as high as what is seen of it. Browsers that know `interactive-widget` do so by
 * themselves; Safari lays its keyboard over the page and tells only the visual viewport.
 */
import { onBeforeUnmount, onMounted } from 'vue'

/** Less is a bar of the browser, which 100dvh already follows. */
const KEYBOARD = 120

export function keepAboveKeyboard(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const fit = () => {
    const covered = viewport.scale === 1 && window.innerHeight - viewport.height > KEYBOARD
    const root = document.documentElement.style
    if (covered) root.setProperty('--view-height', `${viewport.height}px`)
    else root.removeProperty('--view-height')
    if (covered) window.scrollTo(0, 0)
  }
  onMounted(() => viewport.addEventListener('resize', fit))
  onBeforeUnmount(() => viewport.removeEventListener('resize', fit))
}
