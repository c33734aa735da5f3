/** What operators see and decide: `/ops/…`. */
import { parseUser, type User } from './accounts'
import { count, flag, isFields, isId, text } from './guards'

/** A user, as operators see them. */
export interface Account extends User {
  op: 0 | 1
  /** ms, 0: not muted. */
  muted_until: number
  deactivated: 0 | 1
}

/** What an operator did. `op` 0: somebody at the command line. */
export interface Act {
  id: number
  op: number
  op_name: string
  what: string
  target: string
  target_name: string
  before: string
  after: string
  createat: number
}

/** A code with which accounts are made. */
export interface Invite {
  id: number
  code: string
  uses: number
  used: number
  /** ms, 0: for ever. */
  until: number
  userid: number
  createat: number
}

export function parseAccount(value: unknown): Account | null {
  const user = parseUser(value)
  if (!user || !isFields(value)) return null
  return {
    ...user,
    op: flag(value.op),
    muted_until: count(value.muted_until),
    deactivated: flag(value.deactivated),
  }
}

export function parseAct(value: unknown): Act | null {
  if (!isFields(value) || !isId(value.id)) return null
  return {
    id: value.id,
    op: count(value.op),
    op_name: text(value.op_name),
    what: text(value.what),
    target: text(value.target),
    target_name: text(value.target_name),
    before: text(value.before),
    after: text(value.after),
    createat: count(value.createat),
  }
}

export function parseInvite(value: unknown): Invite | null {
  if (!isFields(value) || !isId(value.id) || !text(value.code)) return null
  return {
    id: value.id,
    code: text(value.code),
    uses: count(value.uses),
    used: count(value.used),
    until: count(value.until),
    userid: count(value.userid),
    createat: count(value.createat),
  }
}
