/**
 * The one place of the reader in the drawn list: a line and where its top stands, or the end. It is
 * noted when the reader moves, and held when anything else does: pages that come in, pictures that
 * grow, a window that turns.
 *
 * It scrolls the element itself. The scroller's own `scrollTo` and `scrollToIndex` go there again at each
 * new size for 150 ms more, and take a reader back who has begun to move meanwhile.
 */
import type { VListHandle } from 'virtua/vue'
import { nextTick, type Ref } from 'vue'
import type { Line } from '../list/lines'
import { eyeIn, eyeNow, type Eye } from './eye'
import type { Place } from './places'

/** The scroller, with its element. */
export type ListHandle = VListHandle & { $el: Element }

/** `offset`: px of the line's top below the upper edge of the list. `eye`: what is held as long as it is there. */
interface AtLine {
  key: string
  offset: number
  eye?: Eye
}

/** `limit`: this line is not scrolled out above the list, for nobody has seen it yet. */
interface AtEnd {
  limit?: string
}

/** Within this many pixels of the end the reader is taken to be there. */
const NEAR = 80
/** Frames within which the sizes of the lines must have come to rest. */
const SETTLE = 12
/** A scroll that the list itself began is over after this time, ms. */
const OWN = 250

export class Anchor {
  private at: AtLine | AtEnd = {}
  private frames = 0
  private resting: Promise<void> | null = null
  /** Until then a scroll is the list's own, not the reader's. */
  private ownUntil = 0
  /** Where it put itself: elsewhere it is by the reader, also right after. */
  private putTop = 0

  constructor(
    private readonly list: Readonly<Ref<ListHandle | undefined>>,
    private readonly lines: Readonly<Ref<readonly Line[]>>,
  ) {}

  get isEnd(): boolean {
    return !('key' in this.at)
  }

  /** The list is put where the reader is; what it scrolls meanwhile is not their doing. */
  get holding(): boolean {
    return this.frames > 0
  }

  get ownScroll(): boolean {
    return this.holding || (performance.now() < this.ownUntil && Math.abs(this.top - this.putTop) < 2)
  }

  /** px above what is seen. From the element: the handle learns of it with the next event of a scroll only. */
  get top(): number {
    return this.list.value?.$el.scrollTop ?? 0
  }

  /** px from what is seen to the end. */
  get below(): number {
    const element = this.list.value?.$el
    return element ? element.scrollHeight - element.scrollTop - element.clientHeight : 0
  }

  get nearEnd(): boolean {
    return this.below < NEAR
  }

  /** The reader is at a line; puts the list there. */
  line(key: string, offset: number, eye?: Pick<Eye, 'at' | 'top'>): Promise<void> {
    this.at = { key, offset, eye: eye && { ...eye } }
    return this.hold()
  }

  /** The reader is at the end; puts the list there, as far as `limit` lets it. */
  end(limit?: string): Promise<void> {
    this.at = { limit }
    return this.hold()
  }

  /** Takes the place from where the list is. `end`: nothing comes after the last line. */
  note(end: boolean): void {
    const handle = this.list.value
    if (!handle || this.holding || this.lines.value.length === 0) return
    this.at = end && this.nearEnd ? {} : this.lineAtTop(handle)
  }

  /** The line of the reader's place, and where its top is; null at the end. */
  stored(): Place | null {
    if (!('key' in this.at)) return null
    const { key, eye } = this.at
    const line = this.drawn(key)
    const offset = line ? line.getBoundingClientRect().top - this.edge : this.at.offset
    const index = this.lines.value.findIndex((line) => line.key === key)
    const seq = this.lines.value[index]?.entry.seq ?? 0
    return seq > 0 ? { seq, offset, eye: eye && { at: eye.at, top: eye.top } } : null
  }

  /** The reader moves by themselves from here on. */
  release(): void {
    this.frames = 0
    this.ownUntil = 0
  }

  /** Keeps the list at the reader's place until the sizes of the lines have come to rest. */
  hold(): Promise<void> {
    this.frames = SETTLE
    // New sizes are drawn first, and the scroller makes up for those above.
    void nextTick(() => this.holding && this.put())
    this.resting ??= this.rest().finally(() => (this.resting = null))
    return this.resting
  }

  private async rest(): Promise<void> {
    await nextTick()
    let before = NaN
    for (let still = 0; this.frames > 0 && still < 3; this.frames--) {
      this.put()
      await new Promise(requestAnimationFrame)
      still = Math.abs(this.top - before) < 1 ? still + 1 : 0
      before = this.top
    }
    this.frames = 0
    this.renew()
  }

  /** The words at the reader's eye are others now: from here on the eye is where it is. */
  private renew(): void {
    const handle = this.list.value
    const { at } = this
    const line = 'key' in at && at.eye ? this.drawn(at.key) : null
    if (handle && line && 'key' in at && at.eye && eyeNow(line, at.eye, this.edge) === undefined)
      this.at = this.lineAtTop(handle)
  }

  private put(): void {
    const handle = this.list.value
    if (!handle || this.lines.value.length === 0) return
    const { at } = this
    const key = 'key' in at ? at.key : at.limit
    const index = key === undefined ? -1 : this.lines.value.findIndex((line) => line.key === key)
    const wanted = index < 0 ? Infinity : handle.getItemOffset(index) - ('key' in at ? this.offsetOf(at) : 0)
    const { scrollHeight, clientHeight } = handle.$el
    const top = Math.max(0, Math.min(wanted, scrollHeight - clientHeight))
    if (Math.abs(this.top - top) < 1) return
    this.ownUntil = performance.now() + OWN
    handle.$el.scrollTop = top
    this.putTop = this.top
  }

  /** Where the top of the line has to be for the reader's eye to be where it was. */
  private offsetOf({ key, offset, eye }: AtLine): number {
    const line = eye && this.drawn(key)
    const edge = this.edge
    const now = line ? eyeNow(line, eye, edge) : undefined
    return line && now !== undefined ? eye.top - (now - (line.getBoundingClientRect().top - edge)) : offset
  }

  /** The first line of which a whole line of words is seen; else the first that begins on the screen, or fills it. */
  private lineAtTop(handle: ListHandle): AtLine {
    const { top } = this
    let index = handle.findItemIndex(top)
    for (const { key } of this.lines.value.slice(index, index + 3)) {
      const line = this.drawn(key)
      const eye = line && eyeIn(line, this.edge)
      if (eye && eye.top < handle.viewportSize / 2)
        return { key, offset: line.getBoundingClientRect().top - this.edge, eye }
    }
    const next = index + 1
    const begins = handle.getItemOffset(index) >= top - 1
    const nextBegins = next < this.lines.value.length && handle.getItemOffset(next) < top + handle.viewportSize / 2
    if (!begins && nextBegins) index = next
    const { key } = this.lines.value[index]
    const line = this.drawn(key)
    const offset = line ? line.getBoundingClientRect().top - this.edge : handle.getItemOffset(index) - top
    return { key, offset }
  }

  /** The upper edge of the list. */
  private get edge(): number {
    return this.list.value?.$el.getBoundingClientRect().top ?? 0
  }

  /** A line as it is drawn: the handle knows new sizes before the reader sees them. */
  private drawn(key: string): Element | null | undefined {
    return this.list.value?.$el.querySelector(`[data-key="${CSS.escape(key)}"]`)
  }
}
