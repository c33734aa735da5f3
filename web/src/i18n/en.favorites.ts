/** English: who is named, favourites, one's own stickers. */
export const enFavorites = {
  'mention.list': 'Choose whom to mention',
  'mention.all': 'everyone',
  'mention.allHint': 'All members are told',
  'mention.next': 'Go to the next of {n:mention|mentions} of you',
} as const
