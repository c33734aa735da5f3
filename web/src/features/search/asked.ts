/** What the server finds. */
import { flag, isFields, parseRows } from '@/protocol/guards'
import { parseFound, parseKnown, type Found, type Known } from '@/protocol/search'
import { useLive } from '@/state/live'
import { fieldsOf, noFilters, type Filters } from './filters'

export interface Question {
  q: string
  filters: Filters
}

/** Messages of one answer, the most that the server gives. */
const page = 50

/** The newest messages that have all words of a question; `before`: id of one, only older ones. */
export async function askMessages({ q, filters }: Question, before = 0): Promise<{ rows: Found[]; more: boolean }> {
  return ask({ q, ...fieldsOf(filters), ...(before && { before }) })
}

/** A message that was found, as it would be found now; null when it would not. */
export async function askAgain({ q, filters }: Question, { key, message }: Found): Promise<Found | null> {
  const at = message.createat
  const { rows } = await ask({ q, ...fieldsOf({ ...noFilters, ...filters, chat: key }), since: at, until: at })
  return rows.find((row) => row.message.id === message.id) ?? null
}

/** Friends and groups that are called so, also by pinyin and its initials. */
export async function askNames(q: string): Promise<Known[]> {
  return parseRows((await useLive().api.call('/contact/search', { q })).rows, parseKnown)
}

async function ask(fields: Record<string, unknown>): Promise<{ rows: Found[]; more: boolean }> {
  const { rows, data } = await useLive().api.call('/message/search', { ...fields, limit: page })
  return { rows: parseRows(rows, parseFound), more: isFields(data) && flag(data.more) === 1 }
}
