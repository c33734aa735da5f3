/** Read marks of this page that the server has not shown to have: a cut may have lost their frames. */
import { chatKey, parseChatKey, type ChatKey } from '@/protocol/conversations'
import { readFrame } from '@/protocol/frames'
import type { KeptRow } from './inbox'

export class ReadMarks {
  /** The greatest seq of each chat. */
  private readonly waiting = new Map<ChatKey, number>()

  constructor(private readonly send: (frame: string) => void) {}

  /** Tells the server a mark, now and after each welcome until it is known to have it. */
  add(key: ChatKey, seq: number): void {
    this.waiting.set(key, seq)
    this.tell(key, seq)
  }

  /** Those that an earlier page could not tell: what was read without a connection, or went with the line. */
  restore(kept: readonly KeptRow[]): void {
    for (const { row, told } of kept) if (row.read > told) this.waiting.set(chatKey(row.kind, row.dstid), row.read)
  }

  tellAll(): void {
    for (const [key, seq] of this.waiting) this.tell(key, seq)
  }

  /** Forgets those that the server has. `confirmed`: up to which seq it does. */
  settle(confirmed: (key: ChatKey) => number): void {
    for (const [key, seq] of this.waiting) if (confirmed(key) >= seq) this.waiting.delete(key)
  }

  private tell(key: ChatKey, seq: number): void {
    const place = parseChatKey(key)
    if (place) this.send(readFrame(place.kind, place.dstid, seq))
  }
}
