/** The messages that others answer, asked for when they are not in the window of the chat. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { parseRows } from '@/protocol/guards'
import { parseMessage, type Message } from '@/protocol/messages'
import { useLive } from '@/state/live'

/** Ids in one call at most. */
const most = 100

export const useQuotes = defineStore('quotes', () => {
  const live = useLive()
  /** By id; null for those that the conversation does not have. */
  const known = shallowReactive(new Map<number, Message | null>())
  const wanted = new Map<ChatKey, Set<number>>()
  let asking = false

  /** A message of a chat; undefined until the server has said it. */
  function get(key: ChatKey, id: number): Message | null | undefined {
    const row = known.get(id)
    if (row === undefined) want(key, id)
    return row
  }

  function want(key: ChatKey, id: number): void {
    wanted.set(key, (wanted.get(key) ?? new Set()).add(id))
    if (asking) return
    asking = true
    // Not within the render that asked: all of it together.
    void Promise.resolve().then(ask)
  }

  async function ask(): Promise<void> {
    for (const [key, all] of wanted) {
      wanted.delete(key)
      const ids = [...all].slice(0, most)
      try {
        const { rows } = await live.api.call('/message/get', { ...parseChatKey(key), ids })
        const found = new Map(parseRows(rows, parseMessage).map((row) => [row.id, row]))
        for (const id of ids) known.set(id, found.get(id) ?? null)
      } catch {
        // Asked again when they are drawn again, or after the next welcome.
      }
    }
    asking = false
  }

  live.events.on('changed', ({ id }) => known.delete(id))
  live.events.on('welcome', () => known.clear())
  live.events.on('gone', () => known.clear())

  return { get }
})
