/** A file to send, and the message that it becomes. */
import { Media } from '@/protocol/codes'
import type { Content } from '@/protocol/messages'
import { withFrames } from './memo'

/** A file to send: the store makes the bubble at once and uploads behind it. */
export interface FileDraft {
  file: Blob
  /** Name for a file message and a hint for the upload; made up when empty. */
  name?: string
  /** Media.Image, Media.Video, Media.Voice or Media.File. */
  media: number
  /** Seconds, of a voice. */
  seconds?: number
  /** Poster of a video, uploaded beside it. */
  poster?: Blob
  /** Width and height, peaks or the like, kept in `memo` as the kind defines it. */
  memo?: string
}

/** What the server could make of a file: of a picture that can't be shown a file, of another how it moves. */
export function draftFor(draft: FileDraft, type: string, frames: number): FileDraft {
  if (draft.media !== Media.Image) return draft
  if (type === 'file') return { ...draft, media: Media.File, memo: undefined }
  return { ...draft, memo: withFrames(draft.memo, frames) }
}

export function contentOf(draft: FileDraft, url: string, pic?: string): Content {
  const { media, memo, seconds, file } = draft
  return {
    media,
    url,
    ...(pic && media !== Media.File && { pic }),
    ...(memo && { memo }),
    ...(media === Media.Voice && { amount: Math.max(1, Math.round(seconds ?? 0)) }),
    ...(media === Media.Video && seconds && { amount: Math.round(seconds) }),
    ...(media === Media.File && { content: nameOf(draft), amount: file.size }),
  }
}

export function localContent(draft: FileDraft): Content {
  const pic = draft.poster && URL.createObjectURL(draft.poster)
  return contentOf(draft, URL.createObjectURL(draft.file), pic)
}

/** The file's own name, or one whose extension tells the type. */
export function nameOf({ file, name, media }: FileDraft): string {
  if (name) return name
  if (file instanceof File && file.name) return file.name
  const extension = /^\w+\/(\w+)/.exec(file.type)?.[1] ?? 'bin'
  const stem: Partial<Record<number, string>> = {
    [Media.Image]: 'picture',
    [Media.Voice]: 'voice',
    [Media.Video]: 'video',
  }
  return `${stem[media] ?? 'file'}.${extension}`
}
