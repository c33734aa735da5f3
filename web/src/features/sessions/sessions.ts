/** Where the reader is logged in. */
import { parseRows, parseSession } from '@/protocol/rows'
import type { SessionRow } from '@/protocol/types'
import { useLive } from '@/state/live'

export async function loadSessions(): Promise<SessionRow[]> {
  return parseRows((await useLive().api.call('/user/sessions')).rows, parseSession)
}

/** Ends one other session, or all others when no id is given. */
export async function revokeSession(session?: number): Promise<void> {
  await useLive().api.call('/user/revoke', session === undefined ? {} : { session })
}
