/** Arrow keys go to the button beside, above or below the focused one, Home and End to the first and the last. */
export function onGridKey(event: KeyboardEvent): void {
  const grid = event.currentTarget as HTMLElement
  const buttons = [...grid.querySelectorAll('button')]
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement)
  if (index < 0) return
  const columns = Math.max(
    1,
    buttons.findIndex((button) => button.offsetTop > buttons[0].offsetTop),
  )
  const next = getComputedStyle(grid).direction === 'rtl' ? -1 : 1
  const steps: Partial<Record<string, number>> = {
    ArrowLeft: -next,
    ArrowRight: next,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -buttons.length,
    End: buttons.length,
  }
  const step = steps[event.key]
  if (!step) return
  event.preventDefault()
  event.stopPropagation()
  buttons[Math.min(buttons.length - 1, Math.max(0, index + step))].focus()
}
