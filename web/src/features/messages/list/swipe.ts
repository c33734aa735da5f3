/** A swipe to the right on a message answers it; the message follows the finger. */

/** px after which a move is a swipe, at which it counts, and which a message follows at most. */
const BEGINS = 12
const COUNTS = 56
const FURTHEST = 72
/** px at the edge of the window that belong to the browser's way back. */
const EDGE = 24
/** What takes a swipe for itself. */
const OWN_SWIPES = '[role="slider"], video, audio, .scroll'

/** Listeners for `v-on` of the list. `swiped` is given the message's element. */
export function useSwipe(swiped: (line: Element) => void) {
  let from: { x: number; y: number; line: HTMLElement } | null = null
  let far = 0

  function move(px: number): void {
    far = px
    if (!from) return
    from.line.style.transition = px > 0 ? 'none' : 'transform var(--slide) var(--ease)'
    from.line.style.transform = px > 0 ? `translateX(${px}px)` : ''
  }

  function end(): void {
    if (far > 0) move(0)
    from = null
  }

  return {
    pointerdown({ target, pointerType, isPrimary, clientX: x, clientY: y }: PointerEvent): void {
      end()
      if (pointerType !== 'touch' || !isPrimary || x < EDGE || !(target instanceof Element)) return
      const line = target.closest<HTMLElement>('[data-line]')
      if (line && target.closest('.bubble') && !target.closest(OWN_SWIPES)) from = { x, y, line }
    },
    pointermove(event: PointerEvent): void {
      if (!from) return
      const across = event.clientX - from.x
      if (far === 0 && (Math.abs(event.clientY - from.y) > BEGINS || across < -BEGINS)) from = null
      else if (far > 0 || across > BEGINS) move(Math.max(1, Math.min(across - BEGINS, FURTHEST)))
    },
    pointerup(_event: PointerEvent): void {
      const line = far >= COUNTS ? from?.line : undefined
      end()
      if (line) swiped(line)
    },
    pointercancel: (_event: PointerEvent) => end(),
  }
}
