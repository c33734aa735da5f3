/**
 * Where the reader is in the message list, and how that stays when the list changes:
 *
 * - it opens where they were, at the first unread message, or at the end;
 * - whatever comes in, goes or grows, their line stays where it stands (`Anchor`);
 * - new messages are followed by a reader at the end, but none is scrolled out of sight unseen;
 *   one's own always are;
 * - read is what was on the screen of a page that somebody looks at.
 */
import { nextTick, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { Media } from '@/protocol/codes'
import type { Line } from '../list/lines'
import { Anchor, type ListHandle } from './anchor'
import type { Place, Start } from './places'
import { usePresence } from './presence'
import { stepsBetween } from './steps'

/** This close to an end of the window the next page is asked for. */
const AHEAD = 700
/** ms after which a reader who does not move the list any more is no longer scrolling. */
const STILL = 1200
/** ms after a scroll within which the list may still be running. */
const MOVING = 150
/** Frames to wait for a message that was loaded to be drawn. */
const PATIENCE = 60
/** ms after which the list is taken to have come to rest. */
const REST = 200

export interface ReadingOptions {
  list: Readonly<Ref<ListHandle | undefined>>
  /** As they are to be drawn. */
  lines: Readonly<Ref<Line[]>>
  start: () => Start
  /** All up to this seq was read before. */
  known: () => number
  /** There is an older page, and it is not on its way yet. */
  canLoadOlder: () => boolean
  /** The same of a newer page, when the window ends before the chat does. */
  canLoadNewer: () => boolean
  hasNewer: () => boolean
  /** All up to a seq has been on the screen. */
  onSeen: (seq: number) => void
  /** From this seq on all is new, and the reader is elsewhere. */
  onFresh: (seq: number) => void
  onPlace: (place: Place | null) => void
  /** The list has come to rest. */
  onStill: () => void
  onOlder: () => void
  onNewer: () => void
  /** To the end of the chat, which is not in the window. */
  onNewest: () => void
}

export function useReadingPosition(options: ReadingOptions) {
  const { list, lines, hasNewer } = options
  /** The lines that are drawn, and whether the last change was above what is seen. */
  const shown = shallowRef<Line[]>([])
  const shift = ref(false)
  /** Grows when the list begins anew, with a scroller of its own. */
  const round = ref(0)
  /** False until the list stands where the reader begins; it is not shown before. */
  const placed = ref(false)
  const atEnd = ref(true)
  /** The reader moves the list. */
  const scrolling = ref(false)
  /** Time of the line at the top, ms; 0 at the very beginning, where its day stands in the list itself. */
  const topAt = ref(0)
  /** Greatest seq that was on the screen, or read before. */
  const furthest = ref(0)
  const anchor = new Anchor(list, shown)
  const present = usePresence()
  /** When the reader moved the list last. */
  let movedAt = -Infinity
  let still: ReturnType<typeof setTimeout> | undefined
  let rested: ReturnType<typeof setTimeout> | undefined

  function toEnd(): void {
    if (hasNewer()) return options.onNewest()
    atEnd.value = true
    void anchor.end().then(() => read())
  }

  /** To the "new messages" mark when it is still below, else to the end. */
  function jump(): void {
    const handle = list.value
    const mark = shown.value.findIndex((line) => line.fresh)
    if (handle && mark >= 0 && handle.getItemOffset(mark) > anchor.top + handle.viewportSize) {
      void anchor.line(shown.value[mark].key, 0).then(() => read())
    } else toEnd()
  }

  /** To a message, once it is drawn; resolves to its key, '' when it does not come. */
  async function toSeq(seq: number, offset: number): Promise<string> {
    for (let frame = 0; frame < PATIENCE; frame++) {
      const line = placed.value && shown.value.find(({ entry }) => entry.seq === seq)
      if (line) {
        atEnd.value = false
        await anchor.line(line.key, offset)
        read()
        return line.key
      }
      await new Promise(requestAnimationFrame)
    }
    return ''
  }

  /** Index of the last line of which half, or half a screen, is seen; -1 for none. */
  function lastSeen(): number {
    const handle = list.value
    if (!handle) return -1
    const top = anchor.top
    const bottom = top + handle.viewportSize
    for (let index = handle.findItemIndex(bottom - 1); index >= 0; index--) {
      const from = handle.getItemOffset(index)
      const size = handle.getItemSize(index)
      const part = Math.min(from + size, bottom) - Math.max(from, top)
      if (part >= Math.min(size, handle.viewportSize) / 2) return index
      if (from < top) break
    }
    return -1
  }

  /** Reads the scroll position: what was seen, whether the end is near, whether to fetch more. */
  function read(noted = true): void {
    const handle = list.value
    if (!handle || !placed.value || shown.value.length === 0) return
    if (noted) anchor.note(!hasNewer())
    atEnd.value = !hasNewer() && anchor.nearEnd
    const top: Line | undefined = shown.value[handle.findItemIndex(anchor.top + 40)]
    topAt.value = top && anchor.top > 60 ? top.entry.createat : 0
    if (!anchor.holding) options.onPlace(anchor.stored())
    if (present.value) see()
    clearTimeout(rested)
    rested = setTimeout(options.onStill, REST)
    if (anchor.top < AHEAD && options.canLoadOlder()) options.onOlder()
    if (anchor.below < AHEAD && options.canLoadNewer()) options.onNewer()
  }

  function see(): void {
    let index = lastSeen()
    // What waits to be sent has no seq.
    while (index > 0 && shown.value[index].entry.seq === 0) index--
    const seq = shown.value[index]?.entry.seq ?? 0
    if (seq > furthest.value) furthest.value = seq
    if (seq > 0) options.onSeen(seq)
  }

  /**
   * The list stays at the reader's place. While it runs under a finger the scroller alone keeps what is seen:
   * to hold it would stop it.
   */
  async function keep(): Promise<void> {
    if (anchor.isEnd || performance.now() - movedAt > MOVING) await anchor.hold()
    // The reader has not moved: a line that a narrower window pushes down is theirs again when it is turned back.
    read(false)
  }

  function onScroll(): void {
    const own = anchor.ownScroll
    if (!own) {
      movedAt = performance.now()
      scrolling.value = true
      clearTimeout(still)
      still = setTimeout(() => (scrolling.value = false), STILL)
    }
    read(!own)
  }

  /** A bubble or the window changed its size. */
  function onResize(): void {
    if (placed.value) void keep()
  }

  /** The reader takes the list into their own hands. */
  function onInput(): void {
    if (placed.value) anchor.release()
  }

  /** The list begins, or begins anew: it shows when it stands where the reader is. */
  async function begin(): Promise<void> {
    const start = options.start()
    furthest.value = Math.max(furthest.value, options.known())
    await nextTick()
    const line =
      start === 'end'
        ? undefined
        : shown.value.find(({ fresh, entry }) => (start === 'unread' ? fresh : entry.seq >= start.seq))
    const { offset, eye } = typeof start === 'object' && line?.entry.seq === start.seq ? start : { offset: 0 }
    await (line ? anchor.line(line.key, offset, eye) : anchor.end())
    placed.value = true
    read()
  }

  /** The first line that nobody has seen, of what others wrote. */
  function firstUnseen(): Line | undefined {
    return shown.value.find(
      ({ entry: { seq, own, message } }) =>
        seq > furthest.value && !own && message.media !== Media.Notice && !message.recalled,
    )
  }

  /** Something new stands at the end of the list. */
  async function arrived(): Promise<void> {
    const unseen = firstUnseen()
    const follows = anchor.isEnd
    if (unseen && (!present.value || !follows)) freshFrom(unseen)
    if (follows) await anchor.end(unseen?.key).then(() => read())
    else await keep()
    if (unseen && follows && !atEnd.value) freshFrom(unseen)
  }

  /** The mark stays where it is while what stands there is unseen. */
  function freshFrom({ entry }: Line): void {
    const mark = shown.value.find((line) => line.fresh)
    if (!mark || mark.entry.seq <= furthest.value) options.onFresh(entry.seq)
  }

  async function take(next: Line[]): Promise<void> {
    const old = shown.value
    const steps = stepsBetween(old, next)
    if (old.length === 0 || !steps) {
      if (!steps) round.value += 1
      placed.value = false
      shown.value = next
      if (next.length > 0) await begin()
      return
    }
    for (const [index, step] of steps.entries()) {
      // Set before the list redraws with the other number of lines, so that it keeps what is seen in its place.
      shift.value = step.above
      shown.value = step.lines
      await nextTick()
      // A later change goes on from here.
      if (index + 1 < steps.length && shown.value !== step.lines) return
    }
    if (!placed.value) return
    const newest = next.at(-1)
    if (!newest || newest.key === old.at(-1)?.key || hasNewer()) return keep()
    if (newest.entry.own && newest.entry.state !== 'sent') toEnd()
    else await arrived()
  }

  watch(lines, (next) => void take(next), { immediate: true })
  watch(present, () => void nextTick(() => read()))
  onBeforeUnmount(() => {
    clearTimeout(still)
    clearTimeout(rested)
    anchor.release()
  })

  return {
    shown,
    shift,
    round,
    placed,
    atEnd,
    scrolling,
    topAt,
    furthest,
    lastSeen,
    toEnd,
    toSeq,
    jump,
    onScroll,
    onResize,
    onInput,
  }
}
