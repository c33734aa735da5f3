/** Groups; on the wire a group is a community. */
import { plainName } from './characters'
import { count, isFields, isId, text } from './guards'

export interface Community {
  id: number
  name: string
  ownerid: number
  icon: string
  cate: number
  memo: string
  createat: number
}

export function parseCommunity(value: unknown): Community | null {
  if (!isFields(value) || !isId(value.id)) return null
  return {
    id: value.id,
    name: plainName(text(value.name)),
    ownerid: count(value.ownerid),
    icon: text(value.icon),
    cate: count(value.cate),
    memo: text(value.memo),
    createat: count(value.createat),
  }
}
