/** The calls that catch-up makes, as `sync/catchup.ts` wants them. */
import { isCount, isFields } from '@/protocol/guards'
import { limits } from '@/protocol/limits'
import { parseChatKey } from '@/protocol/message'
import { parseConversation, parseMessage, parseRows } from '@/protocol/rows'
import type { ChatKey } from '@/protocol/types'
import type { Source } from '@/sync/catchup'
import type { Api } from '@/transport/api'

export function sourceOf(api: Api): Source {
  return {
    async conversations() {
      const { rows, data } = await api.call('/message/conversations', { limit: limits.conversationsPage })
      const epoch = isFields(data) && isCount(data.epoch) ? data.epoch : 0
      return { rows: parseRows(rows, parseConversation), epoch }
    },
    async history(key, { before, limit }) {
      const { rows } = await api.call('/message/history', { ...placeOf(key), limit, ...(before && { before }) })
      return parseRows(rows, parseMessage)
    },
    async changes(key, ver, limit) {
      const { rows, data } = await api.call('/message/changes', { ...placeOf(key), ver, limit })
      return { rows: parseRows(rows, parseMessage), more: isFields(data) && Boolean(data.more) }
    },
  }
}

function placeOf(key: ChatKey): { kind: number; dstid: number } {
  const place = parseChatKey(key)
  if (!place) throw new RangeError(`not a chat key: ${key}`)
  return place
}
