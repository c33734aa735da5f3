import type { Content, Message } from '@/protocol/messages'
import { previewOf } from '@/protocol/preview'
import { t } from './index'

/** `previewOf` in the page's language. */
export function preview(message: Content & Partial<Message>): string {
  return previewOf(message, t)
}
