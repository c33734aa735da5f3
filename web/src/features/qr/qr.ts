/** Logging in on this screen by its QR code, and saying yes to another one's. */
import { Code } from '@/protocol/codes'
import { parseQrCode, parseQrPoll, parseQrScanned, type QrCode, type QrScanned, type QrState } from '@/protocol/qr'
import { sentences, useLive } from '@/state/live'
import { enterChat } from '@/state/pages'
import { site } from '@/state/site'
import { ApiError } from '@/transport/errors'

/** ms between two questions; the server answers one a second. */
export const pollEvery = 2_000

/** What only this screen knows, so that who photographs the code gets no session. */
export function ownSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function newQr(secret: string): Promise<QrCode> {
  return understood(parseQrCode((await useLive().api.call('/user/qr/new', { secret })).data))
}

/** What a telephone's camera opens: our page, with the code where no server's log has it. */
export function qrLink(code: string, origin = location.origin): string {
  return `${origin}/user/qr.shtml#${code}`
}

/** The code in the address of the page that such a link opens; '' when there is none. */
export function codeHere(hash = location.hash): string {
  return /^#([\w-]{16,64})$/.exec(hash)?.[1] ?? ''
}

/** How far it has come. Approved, the chat page of whoever has approved opens. */
export async function askQr(code: string, secret: string): Promise<QrState> {
  const { state, user } = understood(parseQrPoll((await useLive().api.call('/user/qr/poll', { code, secret })).data))
  if (user) enterChat(user.id)
  return state
}

/** Whether the code stands no longer, rather than that nobody could be asked. */
export function isOver(error: unknown): boolean {
  return error instanceof ApiError && error.code === Code.NotFound
}

/** Users who are logged in in this browser. */
export function accountsHere(): readonly number[] {
  return site.accounts
}

export async function scanQr(code: string): Promise<QrScanned> {
  return understood(parseQrScanned((await useLive().api.call('/user/qr/scan', { code })).data))
}

export async function decideQr(code: string, accept: boolean): Promise<void> {
  await useLive().api.call('/user/qr/approve', { code, accept: accept ? 1 : 0 })
}

function understood<Told>(told: Told | null): Told {
  if (!told) throw new ApiError(Code.Refused, sentences().answer)
  return told
}
