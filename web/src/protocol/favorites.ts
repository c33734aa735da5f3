/** Favourites: messages that somebody keeps, as they were then. */
import { Media } from './codes'
import { count, isFields, isId } from './guards'
import { parseMessage, type Content, type Message } from './messages'

export interface Favorite {
  id: number
  message: Message
  /** When it was kept, ms. */
  createat: number
}

export function parseFavorite(value: unknown): Favorite | null {
  if (!isFields(value) || !isId(value.id)) return null
  const message = parseMessage(value.message)
  return message && { id: value.id, message, createat: count(value.createat) }
}

/** What the server takes into somebody's favourites. */
export function keepable({ media, recalled }: Content & Partial<Message>): boolean {
  return !recalled && media !== Media.Notice
}

/** What a kept message says when it is said again elsewhere; null for what is not for others. */
export function contentOf({ media, content, pic, url, memo, amount }: Message): Content | null {
  if (!saidAgain.has(media)) return null
  const said = Object.entries({ content, pic, url, memo, amount }).filter(([, value]) => value !== undefined)
  return { media, ...Object.fromEntries(said) }
}

const saidAgain: ReadonlySet<number> = new Set([
  Media.Text,
  Media.News,
  Media.Voice,
  Media.Image,
  Media.Sticker,
  Media.Link,
  Media.Video,
  Media.Card,
  Media.File,
  Media.Place,
])
