/** Logging in on a screen by its QR code. */
import { parseUser, type User } from './accounts'
import { count, isFields, text } from './guards'

export interface QrCode {
  code: string
  /** How long (ms) it stands: by the server's clock, ours may be off. */
  lasts: number
}

/** Whose screen it is. */
export interface QrScanned {
  ua: string
  ip: string
}

const states = ['waiting', 'scanned', 'declined', 'approved'] as const
export type QrState = (typeof states)[number]

export function parseQrCode(value: unknown): QrCode | null {
  if (!isFields(value) || !text(value.code)) return null
  return { code: text(value.code), lasts: Math.max(0, count(value.expires) - count(value.now)) }
}

export function parseQrScanned(value: unknown): QrScanned | null {
  return isFields(value) ? { ua: text(value.ua), ip: text(value.ip) } : null
}

/** How far it has come; the user, once it is approved. */
export function parseQrPoll(value: unknown): { state: QrState; user: User | null } | null {
  if (!isFields(value)) return null
  const state = states.find((one) => one === value.state)
  return state ? { state, user: state === 'approved' ? parseUser(value) : null } : null
}
