/** Where the reader is logged in. */
import { parseRows } from '@/protocol/guards'
import { parseSession, type SessionRow } from '@/protocol/sessions'
import { useLive } from '@/state/live'

export async function loadSessions(): Promise<SessionRow[]> {
  return parseRows((await useLive().api.call('/user/sessions')).rows, parseSession)
}

/** It was the reader who began this one. */
export async function confirmSession(session: number): Promise<void> {
  await useLive().api.call('/user/sessions/confirm', { session })
}

/** Ends one other session, or all others when no id is given. */
export async function revokeSession(session?: number): Promise<void> {
  await useLive().api.call('/user/revoke', session === undefined ? {} : { session })
}
