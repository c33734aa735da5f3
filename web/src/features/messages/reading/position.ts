/**
 * Where the reader is in the message list, and how that stays when the list changes:
 *
 * - restore: it opens at the first unread message, else at the end;
 * - anchor: older pages come in above without a move of what is seen;
 * - follow: it goes along with new messages only while the reader is near the end, and with one's
 *   own always.
 */
import type { VListHandle } from 'virtua/vue'
import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import type { Entry } from '../entry'
import type { Line } from '../list/lines'

/** Within this many pixels of the end the list follows new messages. */
const NEAR = 80
/** This close to the top the next page is asked for. */
const AHEAD = 700
/** A scroll that the list itself began is over after this time, ms. */
const OWN = 250
/** ms after which a reader who does not move the list any more is no longer scrolling. */
const STILL = 1200
/** Frames within which the sizes of the lines must have come to rest. */
const SETTLE = 12

/** The scroller, with its element. */
export type ListHandle = VListHandle & { $el: Element }

export interface ReadingOptions {
  list: Readonly<Ref<ListHandle | undefined>>
  entries: () => readonly Entry[]
  lines: Readonly<Ref<readonly Line[]>>
  /** There is an older page, and it is not on its way yet. */
  canLoadOlder: () => boolean
  /** The reader has seen all up to a seq. */
  onSeen: (seq: number) => void
  /** The reader comes near the top. */
  onOlder: () => void
}

export function useReadingPosition({ list, entries, lines, canLoadOlder, onSeen, onOlder }: ReadingOptions) {
  /** False until the list stands where the reader begins; it is not shown before. */
  const placed = ref(false)
  const atEnd = ref(true)
  /** The reader moves the list. */
  const scrolling = ref(false)
  /** The next change of the lines comes in above: the scroller keeps what is seen in its place. */
  const shift = ref(false)
  /** Time of the line at the top, ms; 0 at the very beginning, where its day stands in the list itself. */
  const topAt = ref(0)
  /** Greatest seq that was on the screen. */
  const furthest = ref(0)

  /** Until then a scroll is the list's own, not the reader's. */
  let ownUntil = 0
  let still: ReturnType<typeof setTimeout> | undefined

  function scrollTo(index: number, align: 'start' | 'end'): void {
    ownUntil = performance.now() + OWN
    list.value?.scrollToIndex(index, { align })
  }

  function toEnd(): void {
    if (lines.value.length > 0) scrollTo(lines.value.length - 1, 'end')
    atEnd.value = true
  }

  /** To the "new messages" mark when it is still below, else to the end. */
  function jump(): void {
    const mark = lines.value.findIndex((line) => line.fresh)
    const handle = list.value
    if (handle && mark >= 0 && handle.getItemOffset(mark) > handle.scrollOffset + handle.viewportSize) {
      scrollTo(mark, 'start')
    } else toEnd()
  }

  /** Seq of the last stored message at or above a line; what waits to be sent has none. */
  function newestStored(index: number): number {
    while (index > 0 && lines.value[index].entry.seq === 0) index--
    return lines.value[index].entry.seq
  }

  /** Reads the scroll position: what was seen, whether the end is near, whether to fetch more. */
  function read(): void {
    const handle = list.value
    if (!handle || !placed.value || lines.value.length === 0) return
    // From the element: the handle learns of a new height one step later.
    const { scrollHeight, scrollTop, clientHeight } = handle.$el as HTMLElement
    atEnd.value = scrollHeight - scrollTop - clientHeight < NEAR
    const end = handle.scrollOffset + handle.viewportSize - 24
    const bottom = atEnd.value ? lines.value.length - 1 : handle.findItemIndex(end)
    const top: Line | undefined = lines.value[handle.findItemIndex(handle.scrollOffset + 40)]
    topAt.value = top && handle.scrollOffset > 60 ? top.entry.createat : 0
    const seq = newestStored(bottom)
    if (seq > furthest.value) furthest.value = seq
    if (seq > 0) onSeen(seq)
    if (handle.scrollOffset < AHEAD && canLoadOlder()) onOlder()
  }

  function onScroll(): void {
    if (performance.now() > ownUntil) {
      scrolling.value = true
      clearTimeout(still)
      still = setTimeout(() => (scrolling.value = false), STILL)
    }
    read()
  }

  /** A bubble or the window changed its size: a reader at the end stays there. */
  function onResize(): void {
    if (placed.value && atEnd.value) toEnd()
    else read()
  }

  /** Opens at the mark or the end. Lines get their true sizes over some frames; it shows when they rest. */
  async function restore(): Promise<void> {
    await nextTick()
    const mark = lines.value.findIndex((line) => line.fresh)
    const go = () => (mark >= 0 ? list.value?.scrollToIndex(mark, { align: 'start' }) : toEnd())
    let before = -1
    for (let frame = 0; frame < SETTLE; frame++) {
      go()
      await new Promise(requestAnimationFrame)
      const now = list.value?.scrollOffset ?? 0
      if (frame > 1 && Math.abs(now - before) < 1) break
      before = now
    }
    placed.value = true
    read()
  }

  watch(
    () => [entries()[0]?.key, entries().at(-1)?.key, entries().length] as const,
    async ([first, last, count], before) => {
      if (count === 0) return
      if (!before || before[2] === 0) return restore()
      if (!placed.value) return
      // Set before the list redraws with the longer array, so that it keeps what is seen in its place.
      shift.value = first !== before[0] && entries().some((entry) => entry.key === before[0])
      const newest = entries()[count - 1]
      const follow = last !== before[1] && !shift.value && (atEnd.value || (newest.own && newest.state !== 'sent'))
      await nextTick()
      if (follow) toEnd()
      requestAnimationFrame(read)
    },
    { immediate: true },
  )

  function onVisible(): void {
    if (document.visibilityState === 'visible') read()
  }
  onMounted(() => document.addEventListener('visibilitychange', onVisible))
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', onVisible)
    clearTimeout(still)
  })

  return { placed, atEnd, scrolling, shift, topAt, furthest, toEnd, jump, onScroll, onResize }
}
