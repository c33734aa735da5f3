/** What a user has decided about being seen, asked and found: `/user/settings`. */
import { isFields } from './guards'

export type Way = 'id' | 'mobile' | 'group'
export type Approval = 'auto' | 'request' | 'none'

export interface UserSettings {
  /** Others see that one is online, and one sees others. */
  online: 0 | 1
  /** The same with how far one has read. */
  read: 0 | 1
  /** What becomes of who wants to be a friend. */
  approval: Approval
  /** How people who don't know one find one. */
  find: Way[]
  /** The server opens the links that one sends. */
  previews: 0 | 1
}

const ways: readonly Way[] = ['id', 'mobile', 'group']

export function parseSettings(value: unknown): UserSettings | null {
  if (!isFields(value)) return null
  const { online, read, approval, find, previews } = value
  return {
    online: online === 0 ? 0 : 1,
    read: read === 0 ? 0 : 1,
    approval: approval === 'none' || approval === 'request' ? approval : 'auto',
    find: Array.isArray(find) ? ways.filter((way) => find.includes(way)) : [],
    previews: previews === 0 ? 0 : 1,
  }
}
