/** What narrows a search down: the chat, who said it, what it is, on which days. */
import type { TextKey } from '@/i18n'
import type { IconName } from '@/icons'
import { Media } from '@/protocol/codes'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'

export interface Filters {
  /** '' for all chats. */
  chat: ChatKey | ''
  /** Whose messages, 0 for everybody's. */
  from: number
  /** 0 for every kind. */
  media: number
  /** The first and the last day, as `2026-11-28`; '' for none. */
  since: string
  until: string
}

export const noFilters: Filters = { chat: '', from: 0, media: 0, since: '', until: '' }

/** The kinds that can be found by words, in the order in which they are offered. */
export const kinds: readonly { media: number; label: TextKey; icon: IconName }[] = [
  { media: Media.Text, label: 'search.text', icon: 'chat' },
  { media: Media.File, label: 'search.file', icon: 'file' },
  { media: Media.Link, label: 'search.link', icon: 'link' },
  { media: Media.News, label: 'search.news', icon: 'list' },
  { media: Media.Record, label: 'search.record', icon: 'chat' },
  { media: Media.Card, label: 'search.card', icon: 'card' },
  { media: Media.Place, label: 'search.place', icon: 'place' },
]

/** The sign before a found message that is more than words. */
export function iconOf(media: number): IconName | null {
  if (media === Media.Text) return null
  return kinds.find((kind) => kind.media === media)?.icon ?? (media === Media.Image ? 'image' : 'list')
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some(Boolean)
}

/** The fields of the call, without those that are not set. Days are the reader's own, both among them. */
export function fieldsOf({ chat, from, media, since, until }: Filters): Record<string, number> {
  return {
    ...(chat && parseChatKey(chat)),
    ...(from && { from }),
    ...(media && { media }),
    ...(since && { since: dayStart(since) }),
    ...(until && { until: dayStart(until, 1) - 1 }),
  }
}

/** ms at which a day begins for the reader, or one that many days later. */
export function dayStart(day: string, later = 0): number {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).getTime()
}

/** The day of a time, as `2026-11-28`. */
export function dayOf(at: number): string {
  const when = new Date(at)
  const two = (count: number) => String(count).padStart(2, '0')
  return `${String(when.getFullYear()).padStart(4, '0')}-${two(when.getMonth() + 1)}-${two(when.getDate())}`
}
