/** Pictures that move. */
import type { Content } from '@/protocol/messages'
import { readFrames } from './memo'

const MAY_MOVE = /\.(?:gif|webp|a?png)(?:[?#]|$)/i
const SURELY = /\.gif(?:[?#]|$)/i

/** Whether the file at an address may move by itself: its extension follows its content. */
export function mayMove(url: string): boolean {
  return MAY_MOVE.test(url) || url.startsWith('blob:')
}

/** Whether a picture moves: its memo says so, or it is a GIF, few of which stand still. */
export function moves({ memo, url }: Pick<Content, 'memo' | 'url'>): boolean {
  return readFrames(memo) > 1 || SURELY.test(url ?? '')
}
