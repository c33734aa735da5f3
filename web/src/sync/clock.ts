/**
 * The server's clock, as far as this page knows it: the device's may be hours off.
 *
 * The server says what time it is in each welcome and heartbeat. What the device measures in between
 * is trusted as long as its two clocks, the time of day and the one that only runs, agree; when they
 * do not, the time of day was set, or the device slept, and the server's word is taken again.
 */
export interface DeviceClock {
  /** ms since 1970, as the device believes. */
  date(): number
  /** ms since some moment; nobody sets this one. */
  steady(): number
}

const device: DeviceClock = { date: () => Date.now(), steady: () => performance.now() }

/** ms by which the two clocks of a device may differ from one word of the server to the next. */
const TOLERANCE = 5_000

export class ServerClock {
  /** Server's clock minus the device's, ms. */
  private offset = 0
  /** The device's clocks when the server spoke last. */
  private heard: { date: number; steady: number } | null = null

  constructor(private readonly clock: DeviceClock = device) {}

  /** ms since 1970 by the server's clock. */
  now(): number {
    return this.clock.date() + this.offset
  }

  /** The server says what time it is. */
  told(now: number): void {
    if (now <= 0) return
    const date = this.clock.date()
    const steady = this.clock.steady()
    const ran = this.heard !== null && Math.abs(date - this.heard.date - (steady - this.heard.steady)) < TOLERANCE
    if (!ran) this.offset = now - date
    this.heard = { date, steady }
  }
}
