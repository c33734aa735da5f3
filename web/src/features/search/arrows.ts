/** Arrows, Home and End go through the results, from the field and back into it; a letter goes into the field. */
import type { Ref } from 'vue'

export function useArrows(page: Readonly<Ref<HTMLElement | undefined>>, field: Readonly<Ref<HTMLElement | undefined>>) {
  const all = () => [...(page.value?.querySelectorAll<HTMLElement>('[data-result]') ?? [])]

  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const results = all()
    const at = results.indexOf(document.activeElement as HTMLElement)
    const inField = document.activeElement === field.value
    if (at < 0 && !inField) return
    const last = results.length - 1
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1 }
    if (!inField) Object.assign(steps, { Home: 0, End: last })
    const next: number | undefined = steps[event.key]
    if (next === undefined) {
      // One who goes on writing means the field.
      if (!inField && [...event.key].length === 1 && event.key !== ' ') field.value?.focus()
      return
    }
    if (inField && (next < 0 || last < 0)) return
    event.preventDefault()
    if (next < 0) field.value?.focus()
    else {
      const target = results[Math.min(next, last)]
      target.focus({ preventScroll: true })
      target.scrollIntoView({ block: 'nearest' })
    }
  }

  /** The first result, as if it was tapped. */
  function openFirst(): void {
    all()[0]?.click()
  }

  return { onKey, openFirst }
}
