/** Sends what waits in the outbox: what is due now, and the rest when it will be. */
import { cidOf, frameOf, type Outbox } from './outbox'

/** ms between two looks at least. */
const least = 50

/** The part of the socket that is used. */
interface Wire {
  readonly online: boolean
  /** `awaits`: an answer is owed. False when it was not sent. */
  send(frame: string, awaits: boolean): boolean
}

export class Sender {
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly outbox: Outbox,
    private readonly wire: Wire,
  ) {}

  /** Sends what is due and comes back when the next is. */
  flush(): void {
    this.stop()
    if (!this.wire.online) return
    const now = Date.now()
    for (const item of this.outbox.due(now)) if (this.wire.send(frameOf(item), true)) this.outbox.sent(cidOf(item), now)
    const next = this.outbox.nextDue(now)
    if (next !== null) this.timer = setTimeout(() => this.flush(), Math.max(least, next - now))
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}
