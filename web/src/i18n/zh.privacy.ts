/** 中文：谁看得到、谁找得到、谁已读。 */
export const zhPrivacy = {
  'privacy.title': '隐私',
  'privacy.online': '显示在线状态',
  'privacy.onlineHint': '关闭后，你和别人互相看不到是否在线',
  'privacy.read': '已读回执',
  'privacy.readHint': '关闭后，你和别人互相看不到是否已读',
  'privacy.added': '允许别人加我为好友',
  'privacy.addedHint': '关闭后只有你能加别人',
  'privacy.byId': '陌生人可用 ID 号找到我',
  'privacy.byMobile': '陌生人可用手机号找到我',
  'privacy.findHint': '好友总能找到你，同群的人总能按 ID 号找到你',
  'menu.readers': '谁已读',
  'readers.title': '谁已读',
  'readers.count': '{n} 人已读，共 {total} 人',
  'readers.none': '没有可以显示的已读：关闭了已读回执的人不显示，自己关闭后也看不到别人的',
} as const
