/** The panel that opens below or above the field: emoji, or on phones the tiles for all else. */
import { nextTick, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export type Panel = '' | 'emoji' | 'more'

interface Parts {
  /** What stands around the open panel. */
  holder: Ref<HTMLElement | undefined>
  /** Give the focus to the first of the emoji, and to the field. */
  intoEmoji: () => void
  intoField: () => void
}

/** Buttons that open the panel carry `data-opener`. */
export function usePanel({ holder, intoEmoji, intoField }: Parts) {
  const panel = ref<Panel>('')

  /** A press beside the open panel closes it; its own buttons see to themselves. */
  function onPress({ target }: PointerEvent) {
    if (!panel.value || !(target instanceof Element)) return
    if (!holder.value?.contains(target) && !target.closest('[data-opener], dialog')) panel.value = ''
  }
  onMounted(() => document.addEventListener('pointerdown', onPress))
  onBeforeUnmount(() => document.removeEventListener('pointerdown', onPress))

  function toggle(which: Panel, event: MouseEvent) {
    panel.value = panel.value === which ? '' : which
    // Opened by a key (a click without a count): the keys go on in the panel.
    if (panel.value === 'emoji' && event.detail === 0) void nextTick(intoEmoji)
  }

  /** From the button that opened the emoji the arrows lead into them. */
  function onArrow(event: KeyboardEvent) {
    if (panel.value !== 'emoji' || !(event.target as Element).matches('[data-opener]')) return
    event.preventDefault()
    intoEmoji()
  }

  /** Esc closes the panel first and gives the field back. */
  function onEscape(event: KeyboardEvent) {
    if (!panel.value) return
    event.stopPropagation()
    panel.value = ''
    intoField()
  }

  return { panel, toggle, onArrow, onEscape }
}
