/** Uploads a file with progress; `fetch` tells none, so this is an XMLHttpRequest. */
import { Code } from '@/protocol/codes'
import { text } from '@/protocol/guards'
import { openEnvelope } from './envelope'
import { ApiError, type Sentences } from './errors'

export interface UploadOptions {
  file: Blob
  /** File name; its extension is only a hint to the server. */
  name: string
  /** 0 before log-in, when the server takes pictures of at most 2 MiB. */
  userId: number
  token?: string
  /** As a file: it is stored bit for bit, and only ever saved. */
  raw?: boolean
  language: string
  sentences: Sentences
  /** Bytes gone out and bytes in all, the envelope of the form included. */
  onProgress?: (loaded: number, total: number) => void
  /** Aborting rejects with `Code.Network` and the sentence "cancelled". */
  signal?: AbortSignal
  request?: () => XMLHttpRequest
}

/** ms without a byte going out, and ms for the answer once all are out (the server may be transcoding). */
const stall = 30_000
const answerTime = 240_000

/** What the server made of a file. */
export interface Stored {
  url: string
  /** Thumbnail of a picture or still of a film; '' when there is none. */
  pic: string
  /** image, audio, video or file: a picture that can't be shown is a file. */
  type: string
  /** Of a picture: more than 1 when it moves. */
  frames: number
}

/** Resolves when the media is stored; rejects with `ApiError`. */
export function upload(options: UploadOptions): Promise<Stored> {
  const { file, name, userId, token, raw, language, sentences, onProgress, signal } = options
  const request = options.request?.() ?? new XMLHttpRequest()
  const form = new FormData()
  // Before the file: the server decides about the upload while the file streams in.
  if (userId) form.append('userid', String(userId))
  if (raw) form.append('raw', '1')
  const extension = /\.\w+$/.exec(name)?.[0]
  if (extension) form.append('filetype', extension.toLowerCase())
  form.append('file', file, name)

  return new Promise<Stored>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const fail = (sentence: string) => {
      clearTimeout(timer)
      reject(new ApiError(Code.Network, sentence))
    }
    const expectWithin = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        fail(sentences.network)
        request.abort()
      }, ms)
    }
    if (signal?.aborted) return fail(sentences.cancelled)
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.onabort = () => fail(sentences.cancelled)
    request.onerror = request.ontimeout = () => fail(sentences.network)
    request.upload.onprogress = ({ loaded, total }) => {
      expectWithin(loaded < total ? stall : answerTime)
      onProgress?.(loaded, total)
    }
    request.onload = () => {
      clearTimeout(timer)
      try {
        const { data, fields } = openEnvelope(request.status, request.responseText, sentences)
        if (typeof data !== 'string' || !data) throw new ApiError(Code.Refused, sentences.answer)
        resolve({ url: data, pic: text(fields.pic), type: text(fields.type), frames: Number(fields.frames) || 0 })
      } catch (error) {
        reject(error)
      }
    }
    request.open('POST', '/attach/upload')
    request.setRequestHeader('Accept-Language', language)
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.send(form)
    expectWithin(stall)
  })
}
