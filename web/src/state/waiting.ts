/** The reader's messages that wait for a review, wired: asked for with each welcome, told by events, taken back by a call. */
import { parseRows } from '@/protocol/guards'
import { parseReview } from '@/protocol/reviews'
import type { Outbox } from '@/sync/outbox'
import { Reviews } from '@/sync/reviews'
import type { Api } from '@/transport/api'
import type { LiveEmitter } from './events'

/** ms after a welcome: the list of chats comes first. */
const later = 500

export class Waiting {
  readonly reviews: Reviews
  private readonly ends: (() => void)[]
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly api: Api,
    private readonly events: LiveEmitter,
    outbox: Outbox,
  ) {
    this.reviews = new Reviews(api.userId)
    outbox.onReview = (item, review) => this.reviews.answered(item, review)
    this.ends = [
      events.on('welcome', () => {
        clearTimeout(this.timer)
        this.timer = setTimeout(() => void this.ask(), later)
      }),
      events.on('moderated', (event) => {
        if (event.what !== 'review') return
        this.reviews.told(event)
        events.emit('outbox')
      }),
    ]
  }

  stop(): void {
    clearTimeout(this.timer)
    for (const end of this.ends) end()
  }

  /** Takes back what waits, or what was refused off the screen. Rejects with the server's words. */
  async withdraw(id: number): Promise<void> {
    await this.api.call('/message/withdraw', { review: id })
    this.reviews.drop(id)
    this.events.emit('outbox')
  }

  private async ask(): Promise<void> {
    try {
      this.reviews.listed(parseRows((await this.api.call('/message/waiting')).rows, parseReview))
      this.events.emit('outbox')
    } catch {
      // What is known stays; the next welcome asks again.
    }
  }
}
