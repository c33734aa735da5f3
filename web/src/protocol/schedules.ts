/** Messages of the reader's that are sent later. */
import { Cmd, isKind, type Kind } from './codes'
import { count, isCount, isFields, isId, text, type Fields } from './guards'
import type { Content } from './messages'

export interface Schedule extends Content {
  id: number
  kind: Kind
  dstid: number
  /** When it goes, ms. */
  sendat: number
  state: 'waiting' | 'sending' | 'refused'
  /** Why it was refused. */
  msg?: string
}

/** A scheduled message waits (a new one, or as it is now), or is there no more. */
export interface LaterEvent {
  cmd: typeof Cmd.Later
  what: string
  state: string
  schedule?: Schedule
}

export function parseSchedule(value: unknown): Schedule | null {
  if (!isFields(value)) return null
  const { id, kind, dstid, media, sendat, state } = value
  if (!isId(id) || !isKind(kind) || !isId(dstid) || !isCount(media)) return null
  if (state !== 'waiting' && state !== 'sending' && state !== 'refused') return null
  const schedule: Schedule = { id, kind, dstid, media, sendat: count(sendat), state }
  for (const name of ['content', 'pic', 'url', 'memo', 'msg'] as const) {
    const given = text(value[name])
    if (given) schedule[name] = given
  }
  for (const name of ['amount', 'ref'] as const) {
    const given = value[name]
    if (isId(given)) schedule[name] = given
  }
  if (Array.isArray(value.at)) schedule.at = value.at.filter(isCount)
  return schedule
}

export function parseLater({ what, state, row }: Fields): LaterEvent | null {
  if (typeof what !== 'string') return null
  const schedule = what === 'schedule' ? parseSchedule(row) : null
  return { cmd: Cmd.Later, what, state: text(state), ...(schedule && { schedule }) }
}
