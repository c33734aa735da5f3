/** Who types where: each for some seconds, unless they say so again or their message comes. */
import type { ChatKey } from '@/protocol/conversations'

/** ms after which somebody who said nothing more is not shown as typing. */
export const fades = 6_000

export class Typists {
  /** A new map after each change, so that views see it. Who began first stands first. */
  all: ReadonlyMap<ChatKey, readonly number[]> = new Map()
  private readonly until = new Map<ChatKey, Map<number, number>>()

  typed(key: ChatKey, userId: number, now: number): void {
    const here = this.until.get(key) ?? new Map<number, number>()
    this.until.set(key, here.set(userId, now + fades))
    this.refresh()
  }

  /** What they wrote is here, or they are gone. */
  stopped(key: ChatKey, userId: number): void {
    if (this.until.get(key)?.delete(userId)) this.refresh()
  }

  /** Forgets who is over; the time (ms) of the next to be, null when nobody is left. */
  expire(now: number): number | null {
    for (const here of this.until.values()) {
      for (const [userId, end] of here) if (end <= now) here.delete(userId)
    }
    this.refresh()
    const ends = [...this.until.values()].flatMap((here) => [...here.values()])
    return ends.length > 0 ? Math.min(...ends) : null
  }

  private refresh(): void {
    for (const [key, here] of this.until) if (here.size === 0) this.until.delete(key)
    this.all = new Map([...this.until].map(([key, here]) => [key, [...here.keys()]]))
  }
}
