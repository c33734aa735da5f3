/** What the disk has of a conversation: a window to begin with, and what lies above and below it. */
import type { ChatKey } from '@/protocol/conversations'
import { parseRows } from '@/protocol/guards'
import { parseMessage, type Message } from '@/protocol/messages'
import type { Disk } from '@/store/disk'
import type { KeptGone } from '@/store/schema'
import { holding, type Stretch } from '@/store/stretches'
import type { Inbox } from './inbox'
import type { KeptWindow } from './timeline'

/** Messages of a window at the end of a conversation, on each side of a message in it, and of one further page. */
const atEnd = 100
const around = 100
const page = 50

export interface KeptStart extends KeptWindow {
  readonly gone: KeptGone
}

export class KeptPages {
  constructor(
    private readonly disk: Disk,
    private readonly inbox: Inbox,
  ) {}

  /** The window that holds a message, where that is here; else the one at the end. Null when nothing is here. */
  async start(key: ChatKey, wanted?: number): Promise<KeptStart | null> {
    const chat = await this.disk.chat(key)
    const { stretches = [], gone = { counter: 0, ids: [], ranges: [] } } = chat ?? {}
    const place = wanted === undefined ? undefined : holding(stretches, wanted)
    if (place && wanted !== undefined) {
      const low = Math.max(place.low, wanted - around)
      const high = Math.min(place.high, wanted + around)
      const rows = await this.rows(key, low, high)
      const newer = high < place.high || !place.ends || this.lastOf(key, high) !== null
      if (rows.length > 0) return { rows, ver: place.ver, older: low > 1, newer, holes: [], gone }
    }
    const end = await this.end(key, stretches)
    return end && { ...end, gone }
  }

  /** What the disk has next above a message; null for nothing. */
  async older(key: ChatKey, before: number): Promise<KeptWindow | null> {
    const { stretches = [] } = (await this.disk.chat(key)) ?? {}
    const below = stretches.filter(({ low }) => low < before)
    for (const { low: begin, high: end, ver } of below.reverse()) {
      const high = Math.min(end, before - 1)
      const low = Math.max(begin, high - page + 1)
      const rows = await this.rows(key, low, high)
      if (rows.length === 0 && low > 1) continue
      return { rows, ver, older: low > 1, newer: true, holes: high < before - 1 ? [before] : [] }
    }
    return null
  }

  /** What the disk has next below a message; null for nothing. */
  async newer(key: ChatKey, after: number): Promise<KeptWindow | null> {
    const { stretches = [] } = (await this.disk.chat(key)) ?? {}
    for (const { low: begin, high: end, ver, ends } of stretches.filter(({ high }) => high > after)) {
      const low = Math.max(begin, after + 1)
      const high = Math.min(end, low + page - 1)
      const rows = await this.rows(key, low, high)
      if (rows.length === 0) continue
      const newer = high < end || !ends || this.lastOf(key, high) !== null
      return { rows, ver, older: true, newer, holes: low > after + 1 ? [rows[0].seq] : [] }
    }
    const last = this.lastOf(key, after)
    return last && { ...last, older: true, holes: last.rows[0].seq > after + 1 ? [last.rows[0].seq] : [] }
  }

  private async end(key: ChatKey, stretches: readonly Stretch[]): Promise<KeptWindow | null> {
    const place = stretches.at(-1)
    const last = this.lastOf(key, place?.high ?? 0)
    if (!place) return last
    const low = Math.max(place.low, place.high - atEnd + 1)
    const rows = await this.rows(key, low, place.high)
    if (rows.length === 0) return last
    if (!last) return { rows, ver: place.ver, older: low > 1, newer: !place.ends, holes: [] }
    const { seq } = last.rows[0]
    const holes = seq > place.high + 1 ? [seq] : []
    return { rows: [...rows, ...last.rows], ver: place.ver, older: low > 1, newer: false, holes }
  }

  /** The last message as the list has it, when it comes after `seq`. */
  private lastOf(key: ChatKey, seq: number): KeptWindow | null {
    const row = this.inbox.get(key)
    if (!row?.last || row.last.seq <= seq) return null
    return { rows: [row.last], ver: row.last.ver, older: row.last.seq > 1, newer: false, holes: [] }
  }

  private async rows(key: ChatKey, low: number, high: number): Promise<Message[]> {
    return parseRows((await this.disk.part(key, low, high))?.rows, parseMessage)
  }
}
