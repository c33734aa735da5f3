/** Work that belongs to a connection: what fails for now is begun again after a while, as long as that lives. */
import { isPassing } from './source'

const retryPause = 3_000

export class Attempts {
  /** There is a connection. */
  online = false
  /** Grows with each connection and its end; work begun for an older one stops. */
  generation = 0
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()

  /** Runs some work of this connection; false when it failed. After a passing failure it is begun `again` after a while. */
  async run(name: string, work: () => Promise<void>, again: () => unknown): Promise<boolean> {
    const { generation } = this
    try {
      await work()
      return true
    } catch (error) {
      if (generation !== this.generation || !isPassing(error)) return false
      clearTimeout(this.timers.get(name))
      this.timers.delete(name)
      this.later(name, retryPause, () => generation === this.generation && again())
      return false
    }
  }

  /** Does something after some ms, once: who asks meanwhile is answered by it, too. */
  later(name: string, ms: number, work: () => unknown): void {
    if (this.timers.has(name)) return
    const timer = setTimeout(() => {
      this.timers.delete(name)
      work()
    }, ms)
    this.timers.set(name, timer)
  }

  /** A connection begins, or has ended. */
  renew(online: boolean): void {
    this.online = online
    this.generation += 1
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }
}
