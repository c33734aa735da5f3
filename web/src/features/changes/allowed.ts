/** What may be done to a message. The server decides; what it would refuse anyway is not offered. */
import { Kind, Media } from '@/protocol/codes'
import { keepable } from '@/protocol/favorites'
import type { Content, Message } from '@/protocol/messages'
import { packetIn } from '@/protocol/packets'
import { stickerIn } from '@/protocol/stickers'

/** ms after which one's own message can't be recalled, or edited, any more: as a server is installed. */
const recallWindow = 120_000
const editWindow = 86_400_000

export type MenuAct =
  | 'reply'
  | 'copy'
  | 'favorite'
  | 'sticker'
  | 'forward'
  | 'select'
  | 'edit'
  | 'pin'
  | 'unpin'
  | 'unpreview'
  | 'readers'
  | 'recall'
  | 'delete'
  | 'report'

export interface Whose {
  me: number
  /** The reader is one of the group's heads. */
  head: boolean
  /** The reader stands above the author in the group, or owns it. */
  above: boolean
  /** Server time, ms. */
  now: number
  /** The reader can write in this chat. */
  writable: boolean
}

/** In the order in which they stand in the menu; none for what is not stored yet. */
export function allowed(message: Message, { me, head, above, now, writable }: Whose): MenuAct[] {
  const { id, userid, media, cmd, createat, recalled, pinned, fwd, preview } = message
  if (!id || recalled || media === Media.Notice) return []
  const own = userid === me
  const acts: MenuAct[] = []
  if (writable) acts.push('reply')
  if (copied(message)) acts.push('copy')
  if (passable(message)) acts.push('forward')
  if (writable && own && media === Media.Text && !fwd && now - createat < editWindow) acts.push('edit')
  if (keepable(message)) acts.push('favorite')
  if (stickerIn(message)) acts.push('sticker')
  acts.push('select')
  if (writable && (cmd === Kind.Single || head)) acts.push(pinned ? 'unpin' : 'pin')
  if (writable && own && preview) acts.push('unpreview')
  if (writable && own && cmd === Kind.Room) acts.push('readers')
  const recallable = (own && now - createat < recallWindow) || (cmd === Kind.Room && above)
  if (writable && recallable && !packetIn(message)) acts.push('recall')
  acts.push('delete')
  if (!own) acts.push('report')
  return acts
}

/** Whether a message can be passed on: what it shows is not for one chat alone. */
export function passable({ media, recalled }: Content & Partial<Message>): boolean {
  return !recalled && media !== Media.Notice && media !== Media.RedPacket
}

/** What of a message goes onto the clipboard, '' for nothing. */
export function copied({ media, content, url }: Content): string {
  if (media === Media.Text) return content ?? ''
  return media === Media.Link ? (url ?? '') : ''
}
