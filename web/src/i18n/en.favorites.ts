/** English: who is named, favourites, one's own stickers. */
export const enFavorites = {
  'mention.list': 'Choose whom to mention',
  'mention.all': 'everyone',
  'mention.allHint': 'All members are told',
} as const
