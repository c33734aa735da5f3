import type { Pair } from './index'

/** Texts of messages, connection, sending and errors. */
export const coreTexts = {
  'preview.image': ['[图片]', '[Photo]'],
  'preview.voice': ['[语音]', '[Voice]'],
  'preview.news': ['[图文]', '[News]'],
  'preview.redPacket': ['[红包]', '[Red packet]'],
  'preview.sticker': ['[表情]', '[Sticker]'],
  'preview.link': ['[链接]', '[Link]'],
  'preview.video': ['[视频]', '[Video]'],
  'preview.card': ['[名片]', '[Contact card]'],
  'preview.file': ['[文件]', '[File]'],
  'preview.place': ['[位置]', '[Location]'],
  'preview.custom': ['[自定义消息]', '[Custom message]'],
  'preview.unknown': ['[暂不支持的消息]', '[Unsupported message]'],
  'preview.by': ['{name}：{text}', '{name}: {text}'],
  'preview.recalled': ['[消息已撤回]', '[Message recalled]'],
  'error.network': ['网络不可用，请稍后再试', 'No connection, please try again'],
  'error.answer': ['服务器的回答无法识别', 'The server gave an answer that cannot be read'],
  'error.slowDown': ['操作太频繁，请 {n} 秒后再试', 'Too fast, try again in {n:second|seconds}'],
  'error.cancelled': ['已取消', 'Cancelled'],
  'error.tooLong': ['消息太长', 'The message is too long'],
  'user.unknown': ['用户 {id}', 'User {id}'],
  'group.unknown': ['群 {id}', 'Group {id}'],
  'chat.self': ['我的笔记', 'My notes'],
} as const satisfies Record<string, Pair>
