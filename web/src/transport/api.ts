/**
 * Calls to the server: POST with JSON, the user named in the body, its cookie or token along.
 *
 * A refusal rejects with `ApiError` carrying the contract's code; no answer within the deadline
 * with `Code.Network`. A -401 is also told to `onSessionLost`, once.
 */
import { Code } from '@/protocol/codes'
import { openEnvelope, type Answer } from './envelope'
import { ApiError, type Sentences } from './errors'

export interface ApiOptions {
  /** 0 on the pages before log-in. */
  userId: number
  token?: string
  language: () => string
  sentences: () => Sentences
  onSessionLost?: () => void
  fetch?: typeof fetch
}

/** Milliseconds after which a call without an answer is given up. */
const deadline = 20_000

export class Api {
  private readonly options: ApiOptions
  private lost = false

  constructor(options: ApiOptions) {
    this.options = options
  }

  get userId(): number {
    return this.options.userId
  }

  async call(path: string, fields: Record<string, unknown> = {}): Promise<Answer> {
    const { userId, sentences } = this.options
    const body = JSON.stringify(userId ? { userid: userId, ...fields } : fields)
    const { status, text } = await this.post(path, body)
    try {
      return openEnvelope(status, text, sentences())
    } catch (error) {
      if (error instanceof ApiError && error.code === Code.NotLoggedIn && userId) this.loseSession()
      throw error
    }
  }

  private async post(path: string, body: string): Promise<{ status: number; text: string }> {
    const { token, language, sentences } = this.options
    const send = this.options.fetch ?? fetch
    // `AbortSignal.timeout` is younger than the browsers we support.
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), deadline)
    try {
      const answer = await send(path, {
        method: 'POST',
        body,
        credentials: 'same-origin',
        headers: {
          'Content-Type': 'application/json',
          'Accept-Language': language(),
          ...(token && { Authorization: `Bearer ${token}` }),
        },
        signal: late.signal,
      })
      return { status: answer.status, text: await answer.text() }
    } catch {
      throw new ApiError(Code.Network, sentences().network)
    } finally {
      clearTimeout(timer)
    }
  }

  private loseSession(): void {
    if (this.lost) return
    this.lost = true
    this.options.onSessionLost?.()
  }
}
