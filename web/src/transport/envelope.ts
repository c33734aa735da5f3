/** The envelope of every HTTP answer: `{code, msg, data}` or `{code, msg, rows, total, data}`. */
import { Code } from '@/protocol/codes'
import { isFields, parseJson, text, type Fields } from '@/protocol/guards'
import { ApiError, type Sentences } from './errors'

export interface Answer {
  msg: string
  data: unknown
  rows: unknown
  /** The whole envelope, for the few answers that say more. */
  fields: Fields
}

/** Opens an envelope; throws `ApiError` for a refusal and for what is no envelope. */
export function openEnvelope(status: number, body: string, sentences: Sentences): Answer {
  const answer = parseJson(body)
  if (!isFields(answer) || typeof answer.code !== 'number') {
    throw new ApiError(status >= 500 ? Code.TryAgain : Code.Refused, sentences.answer)
  }
  if (answer.code < 0) {
    const { retry_after: wait, totp } = isFields(answer.data) ? answer.data : {}
    const seconds = typeof wait === 'number' ? wait : 0
    throw new ApiError(answer.code, text(answer.msg) || sentences.answer, seconds, totp === 1, answer.data)
  }
  return { msg: text(answer.msg), data: answer.data, rows: answer.rows, fields: answer }
}
