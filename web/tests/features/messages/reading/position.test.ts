import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, nextTick, shallowRef } from 'vue'
import type { Entry } from '@/features/messages/entry'
import { linesOf } from '@/features/messages/list/lines'
import type { ListHandle } from '@/features/messages/reading/anchor'
import type { Place, Start } from '@/features/messages/reading/places'
import { useReadingPosition } from '@/features/messages/reading/position'
import { mount } from '../../../mount'

const rowHeight = 50
const viewport = 500
const noon = new Date(2026, 10, 23, 12).getTime()

let entries: ReturnType<typeof shallowRef<readonly Entry[]>>
let offset: number
let seen: number[]
let fresh: number[]
let olderAsked: number
let newerAsked: number
let hasNewer: boolean
let focused: boolean
const listeners = new Map<string, () => void>()
let position: ReturnType<typeof useReadingPosition>
let unmount: () => void
let kept: Place | null

function entry(seq: number, more: Partial<Entry> = {}): Entry {
  const base = { key: `m${seq}`, state: 'sent', own: false, userid: 2, seq, createat: noon + seq, read: false } as const
  return { ...base, message: { media: 1, content: 'x' }, ...more }
}

const messages = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index))
const height = () => entries.value!.length * rowHeight
const end = () => height() - viewport

/** A scroller whose lines are all of one height. */
const handle = {
  viewportSize: viewport,
  getItemOffset: (index: number) => index * rowHeight,
  getItemSize: () => rowHeight,
  findItemIndex: (at: number) => Math.max(0, Math.min(entries.value!.length - 1, Math.floor(at / rowHeight))),
  $el: {
    get scrollHeight() {
      return height()
    },
    get scrollTop() {
      return offset
    },
    set scrollTop(at: number) {
      offset = Math.max(0, Math.min(at, end()))
      position.onScroll()
    },
    // Nothing is drawn here: the lines are where the scroller says.
    querySelector: () => null,
    getBoundingClientRect: () => ({ top: 0 }),
    clientHeight: viewport,
  },
} as unknown as ListHandle

async function open(list: readonly Entry[], firstUnread = 0, hasOlder = false, start?: Start): Promise<void> {
  entries = shallowRef(list)
  const lines = computed(() => linesOf(entries.value!, firstUnread, noon))
  const mounted = mount(() =>
    useReadingPosition({
      list: shallowRef(handle),
      lines,
      start: () => start ?? (firstUnread > 0 ? 'unread' : 'end'),
      known: () => (firstUnread > 0 ? firstUnread - 1 : (list.at(-1)?.seq ?? 0)),
      canLoadOlder: () => hasOlder,
      canLoadNewer: () => hasNewer,
      hasNewer: () => hasNewer,
      onSeen: (seq) => seen.push(seq),
      onFresh: (seq) => fresh.push(seq),
      onPlace: (place) => (kept = place),
      onStill: () => undefined,
      onOlder: () => (olderAsked += 1),
      onNewer: () => (newerAsked += 1),
      onNewest: () => undefined,
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

/** The reader scrolls. */
async function scroll(to: number): Promise<void> {
  position.onInput()
  offset = to
  position.onScroll()
  await settle()
}

beforeEach(() => {
  vi.useFakeTimers()
  const page = {
    addEventListener: (name: string, run: () => void) => listeners.set(name, run),
    removeEventListener: () => undefined,
  }
  vi.stubGlobal('document', { ...page, visibilityState: 'visible', hasFocus: () => focused })
  vi.stubGlobal('window', page)
  vi.stubGlobal('CSS', { escape: (text: string) => text })
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 16))
  offset = 0
  seen = []
  fresh = []
  olderAsked = 0
  newerAsked = 0
  hasNewer = false
  focused = true
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

describe('the place', () => {
  it('is where the reader left the chat', async () => {
    await open(messages(1, 60), 0, false, { seq: 22, offset: 40 })
    expect(offset).toBe(20 * rowHeight + 10)
    expect(kept).toEqual({ seq: 22, offset: 40 })
    await scroll(end())
    expect(kept).toBeNull()
  })

  it('stays when what is far above goes', async () => {
    await open(messages(1, 200))
    await scroll(7_000)
    entries.value = messages(101, 201)
    await settle()
    expect(offset).toBe(7_000 - 100 * rowHeight)
  })

  it('stays when something comes in between above it', async () => {
    await open([...messages(1, 10), ...messages(12, 60)])
    await scroll(1_000)
    entries.value = messages(1, 60)
    await settle()
    expect(offset).toBe(1_000 + rowHeight)
  })

  it('is the end of the chat, not of the window', async () => {
    hasNewer = true
    await open(messages(1, 60), 1)
    await scroll(end())
    expect(newerAsked).toBeGreaterThan(0)
    expect(position.atEnd.value).toBe(false)
    expect(kept).toMatchObject({ seq: 51 })
    entries.value = messages(1, 110)
    await settle()
    expect(offset).toBe(50 * rowHeight)
  })
})

describe('read', () => {
  it('is nothing while nobody looks', async () => {
    focused = false
    await open(messages(1, 40), 11)
    expect(seen).toEqual([])
    focused = true
    listeners.get('focus')?.()
    await settle()
    expect(Math.max(...seen)).toBe(20)
  })

  it('is not what stands below the edge, near the end as it is', async () => {
    await open(messages(1, 40))
    seen = []
    await scroll(end() - 60)
    expect(Math.max(...seen)).toBe(39)
  })
})

describe('many new messages', () => {
  it('are followed only until the first of them is at the top', async () => {
    await open(messages(1, 40))
    entries.value = messages(1, 100)
    await settle()
    expect(offset).toBe(40 * rowHeight)
    expect(Math.max(...seen)).toBe(50)
    expect(fresh).toEqual([41])
  })

  it('that come while nobody looks wait for the reader', async () => {
    await open(messages(1, 40))
    focused = false
    listeners.get('blur')?.()
    for (let count = 41; count <= 100; count++) {
      entries.value = messages(1, count)
      await settle()
    }
    expect(offset).toBe(40 * rowHeight)
    expect(Math.max(...seen)).toBe(40)
    expect(fresh[0]).toBe(41)
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
    expect(offset).toBe(500 + 40 * rowHeight)
    entries.value = messages(1, 141)
    await settle()
    expect(offset).toBe(500 + 40 * rowHeight)
  })

  it('and a new message at once move nothing either', async () => {
    await open(messages(41, 140), 0, true)
    await scroll(500)
    entries.value = messages(1, 145)
    await settle()
    expect(offset).toBe(500 + 40 * rowHeight)
  })
})

describe('the round button', () => {
  it('leads to the mark of new messages first, then to the end', async () => {
    await open(messages(1, 60), 31)
    await scroll(0)
    position.jump()
    await settle()
    expect(offset).toBe(30 * rowHeight)
    position.jump()
    await settle()
    expect(offset).toBe(end())
  })
})

it('a bubble that grows keeps a reader at the end there', async () => {
  await open(messages(1, 40))
  await scroll(end() - 40)
  position.onResize()
  await settle()
  expect(offset).toBe(end())
  await scroll(300)
  position.onResize()
  await settle()
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
