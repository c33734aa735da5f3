/** Sessions: where a user is logged in. */
import { count, flag, isFields, isId, text } from './guards'

export interface SessionRow {
  id: number
  ua: string
  ip: string
  created: number
  last_seen: number
  /** It began on a device that the account did not know, and nobody has said that it was them. */
  fresh: 0 | 1
  current: 0 | 1
}

export function parseSession(value: unknown): SessionRow | null {
  if (!isFields(value) || !isId(value.id)) return null
  return {
    id: value.id,
    ua: text(value.ua),
    ip: text(value.ip),
    created: count(value.created),
    last_seen: count(value.last_seen),
    fresh: flag(value.fresh),
    current: flag(value.current),
  }
}
