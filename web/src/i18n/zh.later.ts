/** 中文：还没发的话。 */
export const zhLater = {
  'draft.other': '其他设备上的草稿',
  'draft.take': '使用',
  'draft.leave': '保留这里的',
} as const
