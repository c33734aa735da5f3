/** Users. */
import { plainName } from './characters'
import { count, flag, isFields, isId, text } from './guards'

export interface User {
  id: number
  mobile: string
  avatar: string
  sex: string
  nickname: string
  online: 0 | 1
  memo: string
  createat: number
  /** In one's own row: an operator of the installation. */
  op?: 0 | 1
  /** Only in the answer to a log-in or registration. */
  token?: string
  /** What the reader calls a friend, where they do. */
  remark?: string
  /** How the name of a friend is read: by this they are listed. */
  pinyin?: string
  /** 1: the reader blocks them. */
  blocked?: 1
}

export function parseUser(value: unknown): User | null {
  if (!isFields(value) || !isId(value.id)) return null
  const user: User = {
    id: value.id,
    mobile: text(value.mobile),
    avatar: text(value.avatar),
    sex: text(value.sex),
    nickname: plainName(text(value.nickname)),
    online: flag(value.online),
    memo: text(value.memo),
    createat: count(value.createat),
  }
  if (flag(value.op)) user.op = 1
  if (text(value.token)) user.token = text(value.token)
  if (text(value.remark)) user.remark = plainName(text(value.remark))
  if (text(value.pinyin)) user.pinyin = text(value.pinyin)
  if (value.blocked === 1) user.blocked = 1
  return user
}
