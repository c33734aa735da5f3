/** 中文：文字的样式。 */
export const zhReading = {
  'text.code': '代码',
  'text.copyCode': '复制代码',
  'text.table': '表格',
  'settings.markdown': 'Markdown 显示',
  'settings.marksDrawn': '显示样式',
  'settings.marksTyped': '显示原文',
} as const
