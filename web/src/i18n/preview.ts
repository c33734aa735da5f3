import type { Content, Message } from '@/protocol/messages'
import { previewOf } from '@/protocol/preview'
import { t } from './index'
import { unmarked } from './markdown'

/** `previewOf` in the page's language, a text without its marks. */
export function preview(message: Content & Partial<Message>): string {
  return previewOf(message, t, unmarked)
}
