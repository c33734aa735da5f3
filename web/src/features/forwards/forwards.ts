/**
 * Passing messages on. A call waits for the network, over a reload too, and is made again until it is answered;
 * what one says with it follows what was forwarded, to those who got it.
 */
import { defineStore } from 'pinia'
import { useConversations } from '@/features/conversations/conversations'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { isolated } from '@/protocol/characters'
import { Media } from '@/protocol/codes'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import {
  hasMore,
  parseForwarded,
  parseRecorded,
  type Forwarded,
  type ForwardSource,
  type RecordedMessage,
} from '@/protocol/forwards'
import { parseRows } from '@/protocol/guards'
import { newCid } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { askBeforeLeaving } from '@/state/pages'
import { sleep, waitFor } from '@/state/retry'
import { userStore } from '@/state/storage'
import { ForwardQueue, type ForwardItem } from '@/sync/forwards'

/** Where a chat record is: the message that shows it, or the favourite, and the places of the records in it that lead there. */
export type RecordPlace = ({ key: ChatKey; id: number } | { favorite: number }) & { within: readonly number[] }

export const useForwards = defineStore('forwards', () => {
  const live = useLive()
  const conversations = useConversations()
  let queue: ForwardQueue | null = null
  let running = false
  /** cid of the call of which the reader knows that it waits. */
  let told = ''

  /** That of the logged-in user. */
  const mine = () => (queue ??= new ForwardQueue(live.api.userId, userStore))

  /** Passes messages of a chat on to others, one by one or (`merge`) as one record. */
  function forward(from: ChatKey, ids: readonly number[], to: readonly ChatKey[], merge: boolean, note: string): void {
    const place = parseChatKey(from)
    if (place && ids.length > 0) begin({ ...place, ids }, to, merge, note)
  }

  /** As `forward`, what the reader keeps. */
  function forwardFavorite(favorite: number, to: readonly ChatKey[], note: string): void {
    begin({ favorite }, to, false, note)
  }

  function begin(source: ForwardSource, to: readonly ChatKey[], merge: boolean, note: string): void {
    const places = to.map(parseChatKey).filter((one) => one !== null)
    if (places.length === 0) return
    const now = live.engine?.now() ?? Date.now()
    const call = { ...source, to: places, merge: merge ? 1 : 0, cid: newCid(now) } as const
    const noteCids = note ? Object.fromEntries(to.map((key) => [key, newCid(now)])) : {}
    mine().add({ call, note, noteCids, createat: now })
    if (live.connection !== 'online') {
      told = call.cid
      mui.toast(t('forward.waiting'))
    }
    void run()
  }

  /** Makes the calls that wait, one after the other. */
  async function run(): Promise<void> {
    if (running) return
    running = true
    while (mine().items.length > 0 && live.connection === 'online') {
      const [item] = mine().items
      try {
        const { rows } = await live.api.call('/message/forward', { ...item.call })
        mine().take(item.call.cid)
        answered(item, parseRows(rows, parseForwarded))
      } catch (error) {
        const wait = waitFor(error)
        if (wait !== null) {
          if (told !== item.call.cid) mui.toast(t('forward.waiting'))
          told = item.call.cid
          await sleep(wait)
        } else {
          mine().take(item.call.cid)
          mui.toast(error instanceof Error ? error.message : String(error), 'error')
        }
      }
    }
    running = false
  }

  function answered({ note, noteCids }: ForwardItem, rows: readonly Forwarded[]): void {
    const refused = rows.filter(({ code }) => code < 0)
    for (const { key, msg } of refused)
      mui.toast(t('forward.refused', { name: isolated(conversations.target(key).title), reason: msg }), 'error')
    const reached = new Set(rows.filter(({ code }) => code === 0).map(({ key }) => key))
    for (const key of reached)
      if (note && noteCids[key]) live.engine?.send(key, { media: Media.Text, content: note }, noteCids[key])
    if (reached.size > 0) mui.toast(t('forward.done'))
    else if (refused.length === 0) mui.toast(t('forward.nothing'), 'error')
  }

  /** What is in a chat record, behind the first `after` rows. */
  async function inside(place: RecordPlace, after = 0): Promise<{ rows: RecordedMessage[]; more: boolean }> {
    const { within } = place
    const where = 'key' in place ? { ...parseChatKey(place.key), id: place.id } : { favorite: place.favorite }
    const { rows, data } = await live.api.call('/message/record', { ...where, within, after })
    return { rows: parseRows(rows, parseRecorded), more: hasMore(data) }
  }

  live.events.on('welcome', () => void run())
  live.events.on('forget', () => mine().clear())
  askBeforeLeaving(() => queue?.wouldLose ?? false)

  return { forward, forwardFavorite, inside }
})
