/** 中文：点名、收藏、自己的表情。 */
export const zhFavorites = {
  'mention.list': '选择提醒的人',
  'mention.all': '所有人',
  'mention.allHint': '提醒全体成员',
  'mention.next': '提到我的消息还有 {n} 条，看下一条',
} as const
