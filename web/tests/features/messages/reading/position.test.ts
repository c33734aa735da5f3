import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, nextTick, shallowRef } from 'vue'
import type { Entry } from '@/features/messages/entry'
import { linesOf } from '@/features/messages/list/lines'
import { useReadingPosition, type ListHandle } from '@/features/messages/reading/position'
import { mount } from '../../../mount'

const rowHeight = 50
const viewport = 500
const noon = new Date(2026, 10, 23, 12).getTime()

let entries: ReturnType<typeof shallowRef<readonly Entry[]>>
let offset: number
let seen: number[]
let olderAsked: number
let position: ReturnType<typeof useReadingPosition>
let unmount: () => void

function entry(seq: number, more: Partial<Entry> = {}): Entry {
  const base = { key: `m${seq}`, state: 'sent', own: false, userid: 2, seq, createat: noon + seq, read: false } as const
  return { ...base, message: { media: 1, content: 'x' }, ...more }
}

const messages = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index))
const height = () => entries.value!.length * rowHeight
const end = () => height() - viewport

/** A scroller whose lines are all of one height. */
const handle = {
  get scrollOffset() {
    return offset
  },
  viewportSize: viewport,
  getItemOffset: (index: number) => index * rowHeight,
  findItemIndex: (at: number) => Math.max(0, Math.min(entries.value!.length - 1, Math.floor(at / rowHeight))),
  scrollToIndex(index: number, { align }: { align: string }) {
    const at = align === 'start' ? index * rowHeight : (index + 1) * rowHeight - viewport
    offset = Math.max(0, Math.min(at, end()))
    position.onScroll()
  },
  $el: {
    get scrollHeight() {
      return height()
    },
    get scrollTop() {
      return offset
    },
    clientHeight: viewport,
  },
} as unknown as ListHandle

async function open(list: readonly Entry[], firstUnread = 0, hasOlder = false): Promise<void> {
  entries = shallowRef(list)
  const lines = computed(() => linesOf(entries.value!, firstUnread, noon))
  const mounted = mount(() =>
    useReadingPosition({
      list: shallowRef(handle),
      entries: () => entries.value!,
      lines,
      canLoadOlder: () => hasOlder,
      onSeen: (seq) => seen.push(seq),
      onOlder: () => (olderAsked += 1),
    }),
  )
  position = mounted.given
  unmount = mounted.unmount
  await settle()
}

async function settle(): Promise<void> {
  await nextTick()
  await vi.advanceTimersByTimeAsync(2_000)
}

async function scroll(to: number): Promise<void> {
  offset = to
  position.onScroll()
  await settle()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: vi.fn(), removeEventListener: vi.fn() })
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 16))
  offset = 0
  seen = []
  olderAsked = 0
})

afterEach(() => {
  unmount()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the list opens', () => {
  it('at its end, and says that all is seen', async () => {
    await open(messages(1, 40))
    expect(position.placed.value).toBe(true)
    expect(offset).toBe(end())
    expect(seen.at(-1)).toBe(40)
  })

  it('at the first unread message, and says only what is on the screen', async () => {
    await open(messages(1, 40), 11)
    expect(offset).toBe(10 * rowHeight)
    expect(position.atEnd.value).toBe(false)
    expect(Math.max(...seen)).toBe(20)
  })

  it('when its messages come, if there are none yet', async () => {
    await open([])
    expect(position.placed.value).toBe(false)
    entries.value = messages(1, 40)
    await settle()
    expect(offset).toBe(end())
  })
})

describe('a new message', () => {
  it('is followed by a reader near the end', async () => {
    await open(messages(1, 40))
    await scroll(end() - 60)
    entries.value = messages(1, 41)
    await settle()
    expect(offset).toBe(end())
    expect(seen.at(-1)).toBe(41)
  })

  it('does not move a reader who is further up', async () => {
    await open(messages(1, 40))
    await scroll(600)
    entries.value = messages(1, 41)
    await settle()
    expect(offset).toBe(600)
    expect(position.atEnd.value).toBe(false)
    expect(position.furthest.value).toBe(40)
  })

  it('of one’s own is always followed', async () => {
    await open(messages(1, 40))
    await scroll(600)
    entries.value = [...messages(1, 40), entry(0, { key: 'cid', own: true, state: 'pending' })]
    await settle()
    expect(offset).toBe(end())
    expect(seen.at(-1)).toBe(40)
  })
})

describe('an older page', () => {
  it('is asked for near the top only, and when there is one', async () => {
    await open(messages(41, 140), 0, true)
    await scroll(2_000)
    expect(olderAsked).toBe(0)
    await scroll(500)
    expect(olderAsked).toBeGreaterThan(0)
    unmount()
    olderAsked = 0
    await open(messages(1, 100))
    await scroll(0)
    expect(olderAsked).toBe(0)
  })

  it('comes in above without a move; a new message after it does not', async () => {
    await open(messages(41, 140), 0, true)
    await scroll(500)
    entries.value = messages(1, 140)
    await settle()
    expect(position.shift.value).toBe(true)
    expect(offset).toBe(500)
    entries.value = messages(1, 141)
    await settle()
    expect(position.shift.value).toBe(false)
  })
})

describe('the round button', () => {
  it('leads to the mark of new messages first, then to the end', async () => {
    await open(messages(1, 60), 31)
    await scroll(0)
    position.jump()
    expect(offset).toBe(30 * rowHeight)
    position.jump()
    expect(offset).toBe(end())
  })
})

it('a bubble that grows keeps a reader at the end there', async () => {
  await open(messages(1, 40))
  offset = end() - 40
  position.onResize()
  expect(offset).toBe(end())
  await scroll(300)
  position.onResize()
  expect(offset).toBe(300)
})

it('knows the day at the top once the reader has scrolled away from the beginning', async () => {
  await open(messages(1, 40))
  await scroll(30)
  expect(position.topAt.value).toBe(0)
  await scroll(400)
  expect(position.topAt.value).toBe(noon + 9)
  expect(position.scrolling.value).toBe(false)
})
