/**
 * Turns a stream of changes into few redraws: the first one is shown at once, those of the next
 * moment together. Without this a burst of messages would redraw the page for each of them.
 */
export class Batch {
  private timer: ReturnType<typeof setTimeout> | undefined
  private pending = false

  /** `show` brings the page up to date; at most every `pause` ms. */
  constructor(
    private readonly show: () => void,
    private readonly pause = 60,
  ) {}

  /** Something changed. */
  mark(): void {
    this.pending = true
    if (this.timer === undefined) this.flush()
  }

  /** Shows what is pending now: the reader did something and expects to see it. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (!this.pending) return
    this.pending = false
    this.show()
    this.timer = setTimeout(() => this.flush(), this.pause)
  }
}
