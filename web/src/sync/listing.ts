/**
 * Asks for the conversation list, and for what has changed in it since: after each welcome, when something in it
 * is an estimate, and when the reader did something on another device.
 */
import type { Inbox } from './inbox'
import { ListCursor, type ListAnswer, type ListPage } from './list'
import type { Source } from './source'

/** ms after which the list is asked whether an estimated number of unread messages is right; longer each time. */
const countPause = 500
const countRounds = 5
/** ms in which several reasons to ask become one. */
const newsPause = 30

export interface ListingOptions {
  /** Grows with each welcome: what was begun for an older connection counts no more. */
  generation(): number
  /** True when an answer is of another history than the one known so far, which is forgotten. */
  enterEpoch(epoch: number): boolean
  /** Runs some work of a connection; false when it failed. */
  attempt(work: () => Promise<void>): Promise<boolean>
  onRows(): void
}

export class Listing {
  /** True once the server has given the whole list. */
  listed = false
  /** Everything that was in the log when this round of asking began is known. */
  done = 0
  private begun = 0
  readonly cursor = new ListCursor()
  private timer: ReturnType<typeof setTimeout> | undefined
  private newsTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly source: Pick<Source, 'conversations'>,
    private readonly inbox: Inbox,
    private readonly options: ListingOptions,
  ) {}

  /** The first round that has what is in the log by now. */
  get next(): number {
    return this.begun + 1
  }

  /** Asks for the list, or what has changed in it since it was asked for last. */
  async ask(): Promise<void> {
    const round = ++this.begun
    const generation = this.options.generation()
    for (let page: ListPage | null = this.cursor.first(); page;) {
      const answer: ListAnswer = await this.source.conversations(page)
      if (generation !== this.options.generation()) return
      // A change number of another history says nothing: all is asked for again.
      const restart: boolean = this.options.enterEpoch(answer.epoch) && page.after !== undefined
      this.inbox.merge(answer.rows)
      this.options.onRows()
      page = restart ? this.cursor.first() : this.cursor.next(page, answer)
    }
    this.listed = true
    this.done = Math.max(this.done, round)
    this.options.onRows()
  }

  /** Something in the list is different by now: it is asked for. */
  news(): void {
    if (this.newsTimer !== undefined || !this.listed) return
    this.newsTimer = setTimeout(() => {
      this.newsTimer = undefined
      void this.options.attempt(() => this.ask())
    }, newsPause)
  }

  /** Where the number of unread messages of some row is an estimate, the server is asked for it. */
  recount(round = 0): void {
    if (!this.inbox.unsure || this.timer !== undefined || !this.listed) return
    this.timer = setTimeout(
      () => {
        this.timer = undefined
        void this.options
          .attempt(() => this.ask())
          .then((done) => {
            if (done && round + 1 < countRounds) this.recount(round + 1)
          })
      },
      countPause * 2 ** round,
    )
  }

  /** Nothing more is asked until the next welcome. */
  stop(): void {
    clearTimeout(this.timer)
    clearTimeout(this.newsTimer)
    this.timer = this.newsTimer = undefined
  }

  /** Another history begins. */
  reset(): void {
    this.cursor.reset()
  }
}
