/** What operators ask for and decide about messages that wait. */
import { count, flag, isFields, parseRows, text } from '@/protocol/guards'
import { parseReview, type Review } from '@/protocol/reviews'
import { useLive } from '@/state/live'

export interface Queue {
  rows: Review[]
  /** How many wait in all. */
  waiting: number
  more: boolean
}

/** Those behind `after`, the oldest first. */
export async function loadQueue(after = 0): Promise<Queue> {
  const { rows, data } = await useLive().api.call('/ops/review', after ? { after } : {})
  const told = isFields(data) ? data : {}
  return { rows: parseRows(rows, parseReview), waiting: count(told.waiting), more: flag(told.more) === 1 }
}

/** What became of it: passed or refused. */
export async function answerReview(id: number, pass: boolean): Promise<string> {
  const { data } = await useLive().api.call('/ops/review/answer', { id, pass: pass ? 1 : 0 })
  return isFields(data) ? text(data.state) : ''
}
