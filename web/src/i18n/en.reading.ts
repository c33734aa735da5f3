/** English: how a text looks. */
import type { zhReading } from './zh.reading'

export const enReading: Record<keyof typeof zhReading, string> = {
  'text.code': 'Code',
  'text.copyCode': 'Copy code',
  'text.table': 'Table',
  'settings.markdown': 'Markdown in messages',
  'settings.marksDrawn': 'Styled',
  'settings.marksTyped': 'As typed',
}
