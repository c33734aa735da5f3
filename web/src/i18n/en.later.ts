/** English: what is not sent yet. */
export const enLater = {
  'draft.other': 'Draft on another device',
  'draft.take': 'Use it',
  'draft.leave': 'Keep this one',
} as const
