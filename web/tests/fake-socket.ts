import type { RawSocket } from '@/transport/socket'
import type { FakeServer } from './fake-server'

/** One connection: frames arrive in order after a while, unless it is cut before. */
export class FakeSocket implements RawSocket {
  open = true
  onmessage: RawSocket['onmessage'] = null
  onclose: RawSocket['onclose'] = null
  /** Times at which the last frame of each direction arrives: none overtakes another. */
  private up = 0
  private down = 0

  constructor(private readonly server: FakeServer) {}

  send(text: string): void {
    this.up = Math.max(this.up, Date.now() + this.server.latency())
    setTimeout(() => {
      if (this.open) this.server.receive(this, text)
    }, this.up - Date.now())
  }

  tell(frame: object): void {
    this.down = Math.max(this.down, Date.now() + this.server.latency())
    setTimeout(() => {
      if (this.open) this.onmessage?.({ data: JSON.stringify(frame) })
    }, this.down - Date.now())
  }

  cut(code: number): void {
    this.onclose?.({ code })
  }

  close(): void {
    this.server.forget(this)
  }
}
