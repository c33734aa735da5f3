import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useSwipe } from '@/features/messages/list/swipe'

/** As much of an element as a swipe touches: everything in it is a part of the bubble of one message. */
class FakeElement {
  style = { transform: '', transition: '' }
  constructor(private readonly within = '[data-line], .bubble') {}
  closest(selector: string) {
    return this.within.includes(selector) ? this : null
  }
}

let answered: number
let swipe: ReturnType<typeof useSwipe>
let line: FakeElement

const at = (clientX: number, clientY: number, target = line) =>
  ({ target, pointerType: 'touch', isPrimary: true, clientX, clientY }) as unknown as PointerEvent

beforeEach(() => {
  vi.stubGlobal('Element', FakeElement)
  line = new FakeElement()
  answered = 0
  swipe = useSwipe(() => (answered += 1))
})

afterEach(() => {
  vi.unstubAllGlobals()
})

it('to the right answers the message, which follows the finger and goes back', () => {
  swipe.pointerdown(at(100, 100))
  swipe.pointermove(at(130, 102))
  expect(line.style.transform).toBe('translateX(18px)')
  swipe.pointermove(at(300, 104))
  expect(line.style.transform).toBe('translateX(72px)')
  swipe.pointerup(at(300, 104))
  expect(line.style.transform).toBe('')
  expect(answered).toBe(1)
})

it.each([
  ['a short one', [() => at(130, 100)]],
  ['one that goes back', [() => at(300, 100), () => at(105, 100)]],
  ['a scroll', [() => at(102, 140), () => at(300, 150)]],
  ['one to the left', [() => at(60, 100), () => at(300, 100)]],
])('%s does nothing', (_, moves) => {
  swipe.pointerdown(at(100, 100))
  for (const move of moves) swipe.pointermove(move())
  swipe.pointerup(at(0, 0))
  expect(answered).toBe(0)
  expect(line.style.transform).toBe('')
})

it('from the edge of the window, or taken over by the browser, does nothing', () => {
  swipe.pointerdown(at(10, 100))
  swipe.pointermove(at(200, 100))
  swipe.pointerup(at(200, 100))
  swipe.pointerdown(at(100, 100))
  swipe.pointermove(at(300, 100))
  swipe.pointercancel(at(300, 100))
  expect(answered).toBe(0)
  expect(line.style.transform).toBe('')
})
