/** What one does with the preview of one's own message. */
import type { Message } from '@/protocol/messages'
import { useLive } from '@/state/live'

/** Takes it away, for all; an event tells when it is gone. Rejects with the server's reason. */
export async function removePreview({ id, cmd, dstid }: Pick<Message, 'id' | 'cmd' | 'dstid'>): Promise<void> {
  await useLive().api.call('/message/preview', { kind: cmd, dstid, id, on: 0 })
}
