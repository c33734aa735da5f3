/** What one can react with from the menu: the first ones at once, the others behind the plus. */
export const quickReactions = ['👍', '❤️', '😂', '😮', '😢', '🙏']

export const moreReactions = [
  ...quickReactions,
  ...['🎉', '🔥', '👏', '👌', '💪', '🤝', '👀', '💯', '✅', '❌', '➕', '❓'],
  ...['😀', '😁', '🤣', '🥰', '😍', '😎', '🤔', '😴', '😅', '😭', '😡', '🤯'],
  ...['🌹', '🎂', '🍻', '☕', '🐶', '🚀'],
]
