/** A long press of the finger, or the other button of the mouse, or the menu key: what opens a menu. */

/** ms that a finger rests before it counts, and px that it may move meanwhile. */
const REST = 450
const SLACK = 10
/** ms after the finger went up within which its click comes. */
const CLICK = 300

/** What is pressed, and where; `touch`: by a finger. */
export interface Pressed {
  x: number
  y: number
  touch: boolean
}

/**
 * Listeners for `v-on`. `open` says whether it took the press; then the browser's own menu stays away, and the
 * click that ends the press counts for nothing.
 */
export function usePress(open: (target: Element, pressed: Pressed) => boolean) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from: PointerEvent | null = null
  /** The finger is still down, or has just gone up, after it opened something. */
  let taken = false

  function stop(): void {
    clearTimeout(timer)
    from = null
  }

  /** The finger goes up; a click that belongs to it comes at once. */
  function lift(): void {
    stop()
    setTimeout(() => (taken = false), CLICK)
  }

  return {
    pointerdown(event: PointerEvent): void {
      stop()
      taken = false
      if (event.pointerType !== 'touch' || !event.isPrimary || !(event.target instanceof Element)) return
      const { target, clientX: x, clientY: y } = event
      from = event
      timer = setTimeout(() => {
        taken = open(target, { x, y, touch: true })
        stop()
      }, REST)
    },
    pointermove(event: PointerEvent): void {
      if (from && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > SLACK) stop()
    },
    pointerup: (_event?: PointerEvent) => lift(),
    pointercancel: (_event?: PointerEvent) => lift(),
    contextmenu(event: MouseEvent): void {
      if (!(event.target instanceof Element)) return
      const touch = from !== null || taken
      // The reader may want the browser's menu for words that are selected.
      if (!touch && event.target.closest('.selectable') && String(getSelection())) return
      if (!taken) taken = open(event.target, { x: event.clientX, y: event.clientY, touch })
      stop()
      if (taken) event.preventDefault()
      taken &&= touch
    },
    /** The focus stays where what was opened has put it. */
    mousedown(event: MouseEvent): void {
      if (taken) event.preventDefault()
    },
    clickCapture(event: MouseEvent): void {
      if (!taken) return
      taken = false
      event.preventDefault()
      event.stopPropagation()
    },
  }
}
