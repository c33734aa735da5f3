/**
 * One's own changes to messages, shown from the moment they are made.
 *
 * A change is drawn over its row while it waits in the outbox, and after its ack until the row as the server
 * has it is here: an ack names a version, not what it is. Refused ones are drawn no more.
 */
import { rowWith } from '@/protocol/changes'
import type { ChatKey, Conversation } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { ChangeItem, Outbox } from './outbox'

export class OwnChanges {
  /** Acknowledged ones whose rows have not come yet. */
  private acked: readonly (ChangeItem & { readonly ver: number })[] = []

  constructor(
    private readonly outbox: Outbox,
    private readonly me: number,
  ) {}

  /** A change is in the log, at `ver` or before. */
  stored(item: ChangeItem, ver: number): void {
    this.acked = [...this.acked, { ...item, ver }]
  }

  /** Forgets those up to whose version all of their conversation is here. */
  settle(reached: (key: ChatKey) => number): void {
    if (this.acked.length > 0) this.acked = this.acked.filter(({ key, ver }) => ver > reached(key))
  }

  /** The changes of a conversation that are to be seen, as what draws them over a row; null when there are none. */
  private over(key: ChatKey): ((row: Message) => Message) | null {
    const acked = this.acked.filter((item) => item.key === key)
    const waiting = this.outbox.changes.filter((item) => item.key === key)
    if (acked.length + waiting.length === 0) return null
    return (row) => {
      const missing = acked.filter(({ change, ver }) => change.id === row.id && ver > row.ver)
      const own = [...missing, ...waiting.filter(({ change }) => change.id === row.id)]
      return own.reduce((shown, { change, createat }) => rowWith(shown, change, this.me, createat), row)
    }
  }

  /** The messages of a chat as its reader sees them. */
  shown(key: ChatKey, messages: readonly Message[]): readonly Message[] {
    const over = this.over(key)
    return over ? messages.map(over) : messages
  }

  /** The conversation list as its reader sees it. */
  shownRows(rows: ReadonlyMap<ChatKey, Conversation>): ReadonlyMap<ChatKey, Conversation> {
    const keys = new Set([...this.acked, ...this.outbox.changes].map(({ key }) => key))
    if (keys.size === 0) return rows
    const shown = new Map(rows)
    for (const key of keys) {
      const row = rows.get(key)
      if (row?.last) shown.set(key, { ...row, last: this.shown(key, [row.last])[0] })
    }
    return shown
  }

  clear(): void {
    this.acked = []
  }
}
