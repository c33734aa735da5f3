/**
 * Messages of this user that wait for a review, or were refused lately. The server has them; this is what is known of
 * them here. One that this page has sent comes from the outbox, others by event 28, and all of them with each welcome.
 */
import type { ErrorFrame } from '@/protocol/frames'
import type { ModeratedEvent, Review } from '@/protocol/reviews'
import type { OutboxItem } from './outbox'

export class Reviews {
  /** In the order in which they were sent. A new array after each change. */
  rows: readonly Review[] = []

  constructor(private readonly me: number) {}

  /** All that the server has. */
  listed(rows: readonly Review[]): void {
    this.rows = [...rows].sort((a, b) => a.id - b.id)
  }

  /** The server has answered a message of the outbox by this. */
  answered({ message, createat }: OutboxItem, { id, state }: NonNullable<ErrorFrame['review']>): void {
    const { cmd: kind, ...content } = message
    this.put({ ...content, id, state, userid: this.me, kind, createat })
  }

  told({ review, state, message }: ModeratedEvent): void {
    if (message) this.put(message)
    else if (state === 'refused') this.rows = this.rows.map((row) => (row.id === review ? { ...row, state } : row))
    else if (review) this.drop(review)
  }

  drop(id: number): void {
    this.rows = this.rows.filter((row) => row.id !== id)
  }

  private put(review: Review): void {
    this.listed([...this.rows.filter(({ id }) => id !== review.id), review])
  }
}
