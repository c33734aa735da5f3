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
