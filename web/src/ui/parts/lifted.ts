/**
 * The finger that opened a menu by a long press goes up over what came under it: that chooses nothing. `pressed` is for each
 * press on the menu, `guard` for its clicks, before anything else hears of them.
 */
export function useLifted() {
  let since = false
  return {
    pressed: () => void (since = true),
    /** A click by keys has no `detail`. */
    guard(event: MouseEvent): void {
      if (!since && event.detail > 0) event.stopPropagation()
    },
  }
}
