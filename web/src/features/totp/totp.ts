/** Two-step verification: turning it on and off, and the codes that let one in without the authenticator. */
import { Code } from '@/protocol/codes'
import {
  parseRecoveryCodes,
  parseTotpSecret,
  parseTotpStanding,
  type TotpSecret,
  type TotpStanding,
} from '@/protocol/totp'
import { sentences, useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'

export async function totpStanding(): Promise<TotpStanding> {
  return understood(parseTotpStanding((await useLive().api.call('/user/totp')).data))
}

export async function startTotp(): Promise<TotpSecret> {
  return understood(parseTotpSecret((await useLive().api.call('/user/totp/start')).data))
}

/** The recovery codes, which nobody is told again. */
export async function confirmTotp(code: string): Promise<string[]> {
  return parseRecoveryCodes((await useLive().api.call('/user/totp/confirm', { code })).data)
}

export async function stopTotp(code: string): Promise<void> {
  await useLive().api.call('/user/totp/off', { code })
}

/** The secret as people type it: in groups of four. */
export function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ')
}

/** Another device of one's own has turned it on or off, or this one. */
export function onTotpChange(told: (on: boolean) => void): () => void {
  return useLive().events.on('account', ({ what, on }) => {
    if (what === 'totp') told(on === 1)
  })
}

/** Whether a log-in was refused only because it needs a code, or another one. */
export function wantsCode(error: unknown): boolean {
  return error instanceof ApiError && error.totp
}

function understood<Told>(told: Told | null): Told {
  if (!told) throw new ApiError(Code.Refused, sentences().answer)
  return told
}
