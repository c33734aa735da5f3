/** The wallet: points, and what came and went. */
import { count, isFields, isId, text } from './guards'

/** Why points moved; another word of a newer server is shown as any other movement. */
export type Movement = 'welcome' | 'grant' | 'packet_sent' | 'packet_opened' | 'packet_returned'

export interface WalletEntry {
  id: number
  /** Above 0: they came. */
  amount: number
  what: Movement | ''
  /** The red packet that it is about, 0 for none. */
  ref: number
  memo: string
  createat: number
}

const movements: readonly string[] = ['welcome', 'grant', 'packet_sent', 'packet_opened', 'packet_returned']

export function parseWalletEntry(value: unknown): WalletEntry | null {
  if (!isFields(value) || !isId(value.id) || !Number.isSafeInteger(value.amount)) return null
  const { id, amount, what, ref, memo, createat } = value
  const known = movements.includes(text(what)) ? (what as Movement) : ''
  return { id, amount: Number(amount), what: known, ref: count(ref), memo: text(memo), createat: count(createat) }
}
