/**
 * Messages by keyboard. The log is one stop of the Tab key, at one message; arrows, Home, End, PageUp and
 * PageDown go from there to others, Tab into what stands in that one, and then out of the log.
 */
import { computed, nextTick, ref, type Ref } from 'vue'
import type { ListHandle } from '../reading/anchor'
import type { Line } from './lines'

export interface FocusOptions {
  list: Readonly<Ref<ListHandle | undefined>>
  shown: Readonly<Ref<readonly Line[]>>
  /** Index of the last line that is on the screen, -1 for none. */
  lastSeen: () => number
  /** The reader moves the list from here on. */
  release: () => void
  toEnd: () => void
}

/** What takes arrows and pages for itself. */
const OWN_KEYS = 'input, textarea, select, video, audio, [role="slider"], [role="menu"]'
const TABBABLE = 'a[href], button:not([disabled]), input, video[controls], audio[controls], [tabindex="0"]'
/** Share of a screen that PageUp and PageDown go, so that a line of the last one is still seen. */
const PAGE = 0.85
/** Frames to wait for a line that comes from far away: it takes no focus before its size is known. */
const PATIENCE = 20

export function useLineFocus({ list, shown, lastSeen, release, toEnd }: FocusOptions) {
  /** Key of the line at which the log is entered. */
  const stop = ref('')
  const stopIndex = computed(() => shown.value.findIndex((line) => line.key === stop.value))
  /** It is drawn even while it is far away: else the log could not be entered. */
  const kept = computed(() => (stopIndex.value < 0 ? [] : [stopIndex.value]))

  const scroller = () => list.value?.$el as HTMLElement | undefined
  const element = (key: string) => scroller()?.querySelector<HTMLElement>(`[data-line="${CSS.escape(key)}"]`)

  /** The list came to rest: it is entered where the reader is. One that has the focus keeps it, also under a dialog. */
  function settle(): void {
    const focused = document.activeElement
    if (scroller()?.contains(focused) || focused?.closest('dialog')) return
    stop.value = shown.value[lastSeen()]?.key ?? shown.value.at(-1)?.key ?? ''
  }

  async function focus(index: number): Promise<void> {
    const line = shown.value[Math.max(0, Math.min(index, shown.value.length - 1))]
    if (!line) return
    release()
    stop.value = line.key
    await nextTick()
    for (let frame = 0; frame < PATIENCE && stop.value === line.key; frame++) {
      const target = element(line.key)
      target?.closest('[data-key]')?.scrollIntoView({ block: 'nearest', behavior: 'instant' })
      target?.focus({ preventScroll: true })
      if (target && document.activeElement === target) return
      await new Promise(requestAnimationFrame)
    }
  }

  /** Goes a page up (-1) or down (1). */
  function page(way: 1 | -1): Promise<void> {
    const handle = list.value
    if (!handle) return Promise.resolve()
    const at = handle.getItemOffset(stopIndex.value) + way * handle.viewportSize * PAGE
    return focus(handle.findItemIndex(Math.max(0, at)))
  }

  async function end(): Promise<void> {
    toEnd()
    await nextTick()
    await focus(shown.value.length - 1)
  }

  const moves: Readonly<Record<string, () => Promise<void>>> = {
    ArrowUp: () => focus(stopIndex.value - 1),
    ArrowDown: () => focus(stopIndex.value + 1),
    Home: () => focus(0),
    End: end,
    PageUp: () => page(-1),
    PageDown: () => page(1),
  }

  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    if (event.key === 'Tab') return leave(event.shiftKey, target)
    const move = moves[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    if (stopIndex.value < 0 || target.closest(OWN_KEYS)) return
    event.preventDefault()
    void move()
  }

  /** From the last (or, backwards, the first) thing of a message Tab leads out of the log, not into the next message. */
  function leave(backwards: boolean, target: HTMLElement): void {
    const line = target.closest<HTMLElement>('[data-line]')
    if (!line) return
    const inside = [...line.querySelectorAll(TABBABLE)]
    if (backwards ? target !== line : inside.length > 0 && inside.at(-1) !== target) return
    // The browser goes on from there.
    const edge = backwards ? scroller()?.previousElementSibling : scroller()?.nextElementSibling
    ;(edge as HTMLElement | null)?.focus({ preventScroll: true })
  }

  /** Whoever comes into the log by Tab comes to its message. */
  function onFocus(event: FocusEvent): void {
    const target = event.target as HTMLElement
    const line = target.closest<HTMLElement>('[data-line]')
    const inside = scroller()?.contains(event.relatedTarget as Node | null)
    if (!inside && line !== target && target.matches(':focus-visible'))
      element(stop.value)?.focus({ preventScroll: true })
    else if (line?.dataset.line) stop.value = line.dataset.line
  }

  return { stop, kept, settle, onKey, onFocus }
}
