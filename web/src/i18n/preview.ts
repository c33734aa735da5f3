import { previewOf } from '@/protocol/preview'
import type { Content, Message } from '@/protocol/types'
import { t } from './index'

/** `previewOf` in the page's language. */
export function preview(message: Content & Partial<Message>): string {
  return previewOf(message, t)
}
