/** Gaps in what is known of a conversation are filled with its changes. */
import type { ChatKey } from '@/protocol/conversations'
import { limits } from '@/protocol/limits'
import type { Message } from '@/protocol/messages'
import type { Attempts } from './attempts'
import type { TimelineCache } from './cache'
import type { Source } from './source'

/** ms to wait before a gap is taken for real: an ack may overtake the messages before it. */
const gapPatience = 300
/** Rounds after which a gap that the log does not fill is taken to be none. */
const gapRounds = 3

export class Filling {
  private readonly running = new Map<ChatKey, Promise<void>>()

  constructor(
    private readonly source: Pick<Source, 'changes'>,
    private readonly timelines: TimelineCache,
    private readonly attempts: Attempts,
    private readonly options: {
      /** Rows as they are now; they are in their timeline. */
      onRows(key: ChatKey, rows: readonly Message[]): void
      /** It failed for now, and is begun anew. */
      refresh(key: ChatKey): unknown
    },
  ) {}

  /** Fills a gap, unless that happens by itself. */
  soon(key: ChatKey): void {
    this.attempts.later(`gap ${key}`, gapPatience, () => {
      if (this.timelines.get(key)?.hasGap) void this.now(key)
    })
  }

  /** Asks the changes of a conversation to their end; calls while one is running join it. */
  now(key: ChatKey): Promise<void> {
    const running = this.running.get(key)
    if (running) return running
    const { generation } = this.attempts
    const filled = this.attempts
      .run(
        key,
        () => this.ask(key, generation),
        () => this.options.refresh(key),
      )
      .then(() => {
        if (this.running.get(key) === filled) this.running.delete(key)
      })
    this.running.set(key, filled)
    return filled
  }

  /** What runs is of no more use. */
  clear(): void {
    this.running.clear()
  }

  private async ask(key: ChatKey, generation: number): Promise<void> {
    for (let rounds = 0; rounds < gapRounds;) {
      const timeline = this.timelines.get(key)
      if (!timeline?.loaded || generation !== this.attempts.generation) return
      const { rows, more } = await this.source.changes(key, timeline.ver, limits.changesPage)
      if (this.timelines.get(key) !== timeline) return
      timeline.applyChanges(rows)
      this.options.onRows(key, rows)
      if (more && rows.length > 0) continue
      if (!timeline.hasGap) return
      rounds += 1
      if (rounds === gapRounds) timeline.settle()
    }
  }
}
