/** The emoji by group, in the language of the page, and the ones used last. The data are loaded on first use. */
import { shallowRef } from 'vue'
import type { Language } from '@/i18n'

export interface Emoji {
  emoji: string
  name: string
}

interface Row {
  emoji: string
  annotation: string
  group: number
  version: number
}

/** Groups of the data that are shown, each with the emoji on its tab. Group 2 holds skin tones. */
export const groups = [
  { group: 0, tab: '😀', label: 'emoji.smileys' },
  { group: 1, tab: '👋', label: 'emoji.people' },
  { group: 3, tab: '🐼', label: 'emoji.nature' },
  { group: 4, tab: '🍜', label: 'emoji.food' },
  { group: 5, tab: '✈️', label: 'emoji.travel' },
  { group: 6, tab: '⚽', label: 'emoji.activities' },
  { group: 7, tab: '💡', label: 'emoji.objects' },
  { group: 8, tab: '❤️', label: 'emoji.symbols' },
] as const

/** Newer ones are empty boxes on many phones. */
const NEWEST = 14

const loaded = new Map<Language, Promise<Map<number, Emoji[]>>>()

async function load(language: Language): Promise<Map<number, Emoji[]>> {
  const { default: rows } = (await (language === 'zh'
    ? import('emoji-picker-element-data/zh/cldr/data.json')
    : import('emoji-picker-element-data/en/cldr/data.json'))) as { default: Row[] }
  const byGroup = new Map<number, Emoji[]>()
  for (const { emoji, annotation, group, version } of rows) {
    if (version > NEWEST) continue
    const list = byGroup.get(group) ?? []
    list.push({ emoji, name: annotation })
    byGroup.set(group, list)
  }
  return byGroup
}

/** All emoji by group number; one download for each language. */
export function emojiOf(language: Language): Promise<Map<number, Emoji[]>> {
  let promise = loaded.get(language)
  if (!promise) {
    promise = load(language)
    // A failed download may be tried again.
    promise.catch(() => loaded.delete(language))
    loaded.set(language, promise)
  }
  return promise
}

const PLACE = 'magpie:emoji'
const KEPT = 24

function readRecent(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]')
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}

export const recent = shallowRef(readRecent())

export function remember(emoji: string): void {
  recent.value = [emoji, ...recent.value.filter((other) => other !== emoji)].slice(0, KEPT)
  try {
    localStorage.setItem(PLACE, JSON.stringify(recent.value))
  } catch {
    // Without storage the list lasts as long as the page.
  }
}
