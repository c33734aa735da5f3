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
  return user
}
