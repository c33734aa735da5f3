import { Code } from '@/protocol/codes'

/** A call was refused or got no answer. `message` is a sentence for the reader. */
export class ApiError extends Error {
  /** One of `Code`. */
  readonly code: number
  /** Seconds to wait, with `Code.SlowDown`. */
  readonly retryAfter: number
  /** The server wants a one-time code. */
  readonly totp: boolean
  /** What else the refusal says. */
  readonly data: unknown

  constructor(code: number, message: string, retryAfter = 0, totp = false, data?: unknown) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.retryAfter = retryAfter
    this.totp = totp
    this.data = data
  }

  /** True when the same call may well succeed a little later. */
  get passing(): boolean {
    return this.code === Code.Network || this.code === Code.TryAgain || this.code === Code.SlowDown
  }

  /** True when the same call can never succeed: another try is not worth offering. */
  get final(): boolean {
    return isFinal(this.code)
  }
}

/** Whether a refusal is about what was sent itself. */
export function isFinal(code: number | undefined): boolean {
  return code === Code.TooLarge || code === Code.BadArgument
}

/** Sentences for what the server cannot say itself. */
export interface Sentences {
  network: string
  answer: string
  cancelled: string
}
