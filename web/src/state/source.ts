/** The calls that catch-up makes, as `sync/catchup.ts` wants them. */
import { parseChatKey, parseConversation, type ChatKey } from '@/protocol/conversations'
import { count, flag, isCount, isFields, isId, parseRows } from '@/protocol/guards'
import { limits } from '@/protocol/limits'
import { parseMessage } from '@/protocol/messages'
import type { Range } from '@/sync/gone'
import type { Source } from '@/sync/source'
import type { Api } from '@/transport/api'

export function sourceOf(api: Api): Source {
  return {
    async conversations(page) {
      const { rows, data } = await api.call('/message/conversations', { ...page, limit: limits.conversationsPage })
      const { epoch, change, more, next } = isFields(data) ? data : {}
      return {
        rows: parseRows(rows, parseConversation),
        epoch: count(epoch),
        change: count(change),
        more: flag(more) === 1,
        ...((typeof next === 'string' || isCount(next)) && { next }),
      }
    },
    async history(key, page) {
      const answer = await api.call('/message/history', { ...placeOf(key), ...page })
      const rows = parseRows(answer.rows, parseMessage)
      return { rows, more: saysMore(answer.data) || rows.length >= page.limit }
    },
    async around(key, seq, limit) {
      const answer = await api.call('/message/around', { ...placeOf(key), seq, limit })
      const { before, after } = isFields(answer.data) ? answer.data : {}
      return { rows: parseRows(answer.rows, parseMessage), before: flag(before) === 1, after: flag(after) === 1 }
    },
    async changes(key, ver, limit) {
      const { rows, data } = await api.call('/message/changes', { ...placeOf(key), ver, limit })
      return { rows: parseRows(rows, parseMessage), more: saysMore(data) }
    },
    async hidden(key, after) {
      const { rows, data } = await api.call('/message/hidden', { ...placeOf(key), ...(after > 0 && { after }) })
      return { rows: parseRows(rows, parseRange), more: saysMore(data) }
    },
  }
}

function parseRange(value: unknown): Range | null {
  if (!isFields(value) || !isId(value.low) || !isId(value.high)) return null
  return { low: value.low, high: value.high }
}

function placeOf(key: ChatKey): { kind: number; dstid: number } {
  const place = parseChatKey(key)
  if (!place) throw new RangeError(`not a chat key: ${key}`)
  return place
}

/** A list may end before its limit: an answer has at most about 1 MiB. */
function saysMore(data: unknown): boolean {
  return isFields(data) && flag(data.more) === 1
}
