import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { usePress, type Pressed } from '@/features/changes/press'

/** As much of an element as a press touches. */
class FakeElement {
  closest() {
    return null
  }
}

const target = new FakeElement()
let opened: Pressed[]
let press: ReturnType<typeof usePress>

const finger = (clientX: number, clientY: number) =>
  ({ target, pointerType: 'touch', isPrimary: true, clientX, clientY }) as unknown as PointerEvent
const event = (more: object = {}) => ({
  ...{ target, clientX: 5, clientY: 6, preventDefault: vi.fn(), stopPropagation: vi.fn() },
  ...more,
})

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('Element', FakeElement)
  opened = []
  press = usePress((_, pressed) => opened.push(pressed) > 0)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a finger', () => {
  it('that rests opens the menu, and its click counts for nothing', () => {
    press.pointerdown(finger(10, 20))
    vi.advanceTimersByTime(500)
    expect(opened).toEqual([{ x: 10, y: 20, touch: true }])
    press.pointerup()
    const click = event()
    press.clickCapture(click as unknown as MouseEvent)
    expect(click.preventDefault).toHaveBeenCalled()
    const next = event()
    press.clickCapture(next as unknown as MouseEvent)
    expect(next.preventDefault).not.toHaveBeenCalled()
  })

  it('whose press ended without a click takes none from what comes later', () => {
    press.pointerdown(finger(10, 20))
    vi.advanceTimersByTime(500)
    press.pointerup()
    vi.advanceTimersByTime(1_000)
    const click = event()
    press.clickCapture(click as unknown as MouseEvent)
    expect(click.preventDefault).not.toHaveBeenCalled()
  })

  it('that moves scrolls, and one that goes up taps', () => {
    press.pointerdown(finger(10, 20))
    press.pointermove(finger(10, 60))
    vi.advanceTimersByTime(1_000)
    press.pointerdown(finger(10, 20))
    press.pointerup()
    vi.advanceTimersByTime(1_000)
    expect(opened).toEqual([])
  })

  it('opens it once, though the browser has a menu of its own for that', () => {
    press.pointerdown(finger(10, 20))
    vi.advanceTimersByTime(500)
    const own = event()
    press.contextmenu(own as unknown as MouseEvent)
    expect(own.preventDefault).toHaveBeenCalled()
    expect(opened).toHaveLength(1)
  })
})

it('the other button opens it where the mouse is, unless there is nothing to open', () => {
  vi.stubGlobal('getSelection', () => '')
  const right = event()
  press.contextmenu(right as unknown as MouseEvent)
  expect(opened).toEqual([{ x: 5, y: 6, touch: false }])
  expect(right.preventDefault).toHaveBeenCalled()
  const click = event()
  press.clickCapture(click as unknown as MouseEvent)
  expect(click.preventDefault).not.toHaveBeenCalled()
  press = usePress(() => false)
  const nothing = event()
  press.contextmenu(nothing as unknown as MouseEvent)
  expect(nothing.preventDefault).not.toHaveBeenCalled()
})
