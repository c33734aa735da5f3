/** All messages that the disk has, as their reader may see them. */
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { Disk } from '@/store/disk'
import { holding } from '@/store/stretches'
import { Gone } from '@/sync/gone'
import type { Inbox } from '@/sync/inbox'

export async function storedMessages(disk: Disk, inbox: Inbox, only: ChatKey | ''): Promise<[ChatKey, Message][]> {
  const found: [ChatKey, Message][] = []
  for (const [key, { rows, stretches, gone: kept }] of await disk.all(only)) {
    const gone = new Gone()
    gone.restore(kept)
    gone.cleared = inbox.get(key)?.cleared ?? 0
    const one = stretches.length === 1 ? stretches[0] : undefined
    for (const row of rows) {
      const { seq } = row
      const here = one ? one.low <= seq && seq <= one.high : holding(stretches, seq) !== undefined
      if (here && !gone.has(row)) found.push([key, row])
    }
  }
  return found
}
