/** Stickers of one's own: pictures that somebody keeps to send them again. */
import { Media } from './codes'
import { isFields, isId, text } from './guards'
import type { Content, Message } from './messages'

export interface OwnSticker {
  id: number
  url: string
}

export function parseSticker(value: unknown): OwnSticker | null {
  if (!isFields(value) || !isId(value.id) || !text(value.url)) return null
  return { id: value.id, url: text(value.url) }
}

/** What the server takes for a sticker: an upload, or one of those that come with it. */
const OURS = /^\/(?:mnt|asset\/stickers)\/[\w./-]+$/

/** The picture of a message that can be kept as a sticker, '' for none. */
export function stickerIn({ media, url = '', content = '', recalled }: Content & Partial<Message>): string {
  if (recalled || (media !== Media.Sticker && media !== Media.Image)) return ''
  const address = url || (media === Media.Sticker ? content : '')
  return OURS.test(address) ? address : ''
}
