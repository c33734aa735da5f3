/** A text of the field, and whom it names. */
import { Media } from '@/protocol/codes'
import type { Content } from '@/protocol/messages'

export interface Written {
  text: string
  /** User ids in the order of the text; 0 is everybody. */
  at: readonly number[]
}

export function textOf({ text, at }: Written): Content {
  return { media: Media.Text, content: text, ...(at.length > 0 && { at: [...at] }) }
}
