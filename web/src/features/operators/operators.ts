/** What an operator decides. Each rejects with the server's words. */
import { Code } from '@/protocol/codes'
import { isFields, parseRows, text } from '@/protocol/guards'
import { parseAccount, parseInvite, type Account, type Invite } from '@/protocol/operators'
import { parseSession, type SessionRow } from '@/protocol/sessions'
import { useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'
import { t } from '@/i18n'

export async function loadAccount(id: number): Promise<{ account: Account; sessions: SessionRow[] }> {
  const answer = await useLive().api.call('/ops/user', { id })
  return { account: accountIn(answer.data), sessions: parseRows(answer.rows, parseSession) }
}

/** Until then (ms); 0 ends it. */
export async function mute(id: number, until: number): Promise<Account> {
  return accountIn((await useLive().api.call('/ops/mute', { id, until })).data)
}

export async function deactivate(id: number, on: boolean): Promise<Account> {
  return accountIn((await useLive().api.call('/ops/deactivate', { id, on: on ? 1 : 0 })).data)
}

export async function makeOperator(id: number, on: boolean): Promise<Account> {
  return accountIn((await useLive().api.call('/ops/op', { id, on: on ? 1 : 0 })).data)
}

export async function closeSessions(id: number): Promise<void> {
  await useLive().api.call('/ops/sessions/close', { id })
}

/** The path of a page on which this person chooses a new password, once, within an hour. */
export async function resetLink(id: number): Promise<string> {
  const { data } = await useLive().api.call('/ops/reset', { id })
  const url = isFields(data) ? text(data.url) : ''
  if (!url) throw unreadable()
  return url
}

/** The group is over: its members read what was said, and nobody writes there. */
export async function dissolve(id: number): Promise<void> {
  await useLive().api.call('/ops/group/dissolve', { id })
}

/** Gives points, or takes them below 0; the balance then. Safe to repeat under the same `cid`. */
export async function grant(id: number, amount: number, cid: string): Promise<number> {
  const { data } = await useLive().api.call('/ops/grant', { id, amount, cid })
  return isFields(data) && typeof data.balance === 'number' ? data.balance : 0
}

/** A code for so many accounts, until a time (ms, 0: for ever). */
export async function makeInvite(uses: number, until: number): Promise<Invite> {
  const made = parseInvite((await useLive().api.call('/ops/invites', { uses, until })).data)
  if (!made) throw unreadable()
  return made
}

export async function revokeInvite(id: number): Promise<void> {
  await useLive().api.call('/ops/invite/revoke', { id })
}

function accountIn(data: unknown): Account {
  const account = parseAccount(data)
  if (!account) throw unreadable()
  return account
}

function unreadable(): ApiError {
  return new ApiError(Code.Network, t('error.answer'))
}
