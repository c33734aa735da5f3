/** One-time codes at a log-in. */
import { count, flag, isFields, text } from './guards'

export interface TotpStanding {
  on: 0 | 1
  since: number
  /** Recovery codes that are left. */
  recovery: number
}

export interface TotpSecret {
  secret: string
  /** What an authenticator reads from a QR code. */
  url: string
}

export function parseTotpStanding(value: unknown): TotpStanding | null {
  if (!isFields(value)) return null
  return { on: flag(value.on), since: count(value.since), recovery: count(value.recovery) }
}

export function parseTotpSecret(value: unknown): TotpSecret | null {
  if (!isFields(value) || !text(value.secret) || !text(value.url)) return null
  return { secret: text(value.secret), url: text(value.url) }
}

export function parseRecoveryCodes(value: unknown): string[] {
  const codes = isFields(value) && Array.isArray(value.recovery) ? value.recovery : []
  return codes.filter((code) => typeof code === 'string')
}
