/**
 * How the conversation list is asked for: all of it at first, page by page, and later only what has
 * changed since, by the change number at which the list stood.
 *
 * While the pages of the whole list are read, rows may change and move to its head, where they are
 * not read again; so what has changed since the first page is asked for at the end.
 */
import type { Conversation } from '@/protocol/conversations'

/** Neither: the newest rows. */
export interface ListPage {
  /** Only what has changed since this change number. */
  after?: number
  /** The rows below; what the answer before said. */
  before?: ListNext
}

/** Where the next page begins, in the server's own words. */
export type ListNext = string | number

export interface ListAnswer {
  rows: Conversation[]
  epoch: number
  /** Where the list stands; 0 from a server that does not say. */
  change: number
  /** The answer ended before the list did. */
  more: boolean
  next?: ListNext
}

export class ListCursor {
  /** All changes up to this one are known; 0 until the whole list was read. */
  change = 0
  /** Where the list stood when the whole of it was begun to be read. */
  private begun = 0

  /** What is to be asked first. */
  first(): ListPage {
    return this.change > 0 ? { after: this.change } : {}
  }

  /** What is to be asked after an answer; null when the list is complete. */
  next(asked: ListPage, answer: ListAnswer): ListPage | null {
    return asked.after === undefined ? this.nextOfAll(asked, answer) : this.nextOfChanged(asked.after, answer)
  }

  reset(): void {
    this.change = 0
  }

  private nextOfAll(asked: ListPage, { change, more, next }: ListAnswer): ListPage | null {
    if (asked.before === undefined) this.begun = change
    if (more && next !== undefined) return { before: next }
    this.change = this.begun
    return asked.before === undefined || this.change === 0 ? null : { after: this.change }
  }

  private nextOfChanged(after: number, { rows, change, more }: ListAnswer): ListPage | null {
    const reached = Math.max(after, ...rows.map((row) => row.change))
    this.change = more ? reached : Math.max(reached, change)
    return more && reached > after ? { after: reached } : null
  }
}
