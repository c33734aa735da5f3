/**
 * How the menu of a message is opened: by a long press or the other button on its bubble, by keys at the message
 * itself; how it is answered without the menu; and how its author is named, by the same press on their face.
 */
import { inject, type Ref } from 'vue'
import { actsKey } from '@/features/changes/acts'
import { selectingKey } from '@/features/forwards/selection'
import { usePress, type Pressed } from '@/features/changes/press'
import type { Message } from '@/protocol/messages'
import type { Entry } from '../entry'
import type { Line } from './lines'
import { useSwipe } from './swipe'

/** Opens the menu of a message; says whether there is one. */
export type OpenMenu = (entry: Entry, bubble: HTMLElement, pressed: Pressed) => boolean

/**
 * Listeners for the list. Enter opens the menu of the message that has the focus, R answers it; while some are
 * selected, Enter and the space bar select it.
 */
export function useMenu(shown: Readonly<Ref<readonly Line[]>>, open: OpenMenu) {
  const acts = inject(actsKey)
  const selecting = inject(selectingKey)

  function lineOf(element: Element): Line | undefined {
    const key = element.closest<HTMLElement>('[data-line]')?.dataset.line
    return shown.value.find((line) => line.key === key)
  }

  function openAt(target: Element, pressed: Pressed): boolean {
    const place = target.closest('[data-line]')
    const bubble = place?.querySelector<HTMLElement>('.bubble')
    const line = lineOf(target)
    if (line && target.closest('button.face')) return acts?.mention(line.entry.userid) ?? false
    if (!line || !bubble || (target !== place && !bubble.contains(target))) return false
    return open(line.entry, bubble, pressed)
  }

  function keydown(event: KeyboardEvent): void {
    const { target, key } = event
    if (!(target instanceof Element) || !target.matches('[data-line]')) return
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const line = lineOf(target)
    if (selecting?.active.value) {
      if (!line || (key !== 'Enter' && key !== ' ')) return
      event.preventDefault()
      return selecting.toggle(line.entry.message)
    }
    const { left, bottom } = (target.querySelector('.bubble') ?? target).getBoundingClientRect()
    if (key === 'Enter' && openAt(target, { x: left, y: bottom, touch: false })) event.preventDefault()
    else if (key.toLowerCase() === 'r' && line && acts?.answer(line.entry.message as Message)) event.preventDefault()
  }

  const press = usePress(openAt)
  const swipe = useSwipe((element) => {
    const line = lineOf(element)
    if (line) acts?.answer(line.entry.message as Message)
  })
  const both = (name: keyof typeof swipe) => (event: PointerEvent) => {
    press[name](event)
    swipe[name](event)
  }
  return {
    ...press,
    pointerdown: both('pointerdown'),
    pointermove: both('pointermove'),
    pointerup: both('pointerup'),
    pointercancel: both('pointercancel'),
    keydown,
  }
}
