/**
 * Files on their way: one at a time, in the order they were chosen; each becomes a message when its
 * bytes have arrived. For the chat store only. They do not outlive the page.
 */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { Media } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import { newCid, type Content } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { withFrames } from './memo'
import { uploadFile } from './uploadFile'

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

export interface Upload {
  readonly cid: string
  readonly key: ChatKey
  readonly createat: number
  readonly draft: FileDraft
  /** The message to be, with local object URLs. */
  readonly content: Content
  readonly progress: { loaded: number; total: number }
  /** Why it failed; undefined while it runs or waits. */
  readonly reason?: string
}

export const useUploads = defineStore('uploads', () => {
  const live = useLive()
  const items = shallowReactive(new Map<string, Upload>())
  /** cid of a message just sent to the local picture that stands for the server's until that is loaded. */
  const previews = shallowReactive(new Map<string, string>())
  const aborts = new Map<string, AbortController>()
  let queue = Promise.resolve()

  /** Shows the bubble at once and puts the file into the queue. */
  function add(key: ChatKey, draft: FileDraft): void {
    const cid = newCid()
    const createat = live.engine?.now() ?? Date.now()
    const progress = { loaded: 0, total: draft.file.size }
    items.set(cid, { cid, key, createat, draft, content: localContent(draft), progress })
    enqueue(cid)
  }

  function retry(cid: string): void {
    const item = items.get(cid)
    if (item?.reason === undefined) return
    items.set(cid, { ...item, reason: undefined, progress: { ...item.progress, loaded: 0 } })
    enqueue(cid)
  }

  /** Cancels or drops. */
  function remove(cid: string): void {
    const item = items.get(cid)
    if (!item) return
    items.delete(cid)
    aborts.get(cid)?.abort()
    release(item)
  }

  function enqueue(cid: string): void {
    queue = queue.then(() => run(cid))
  }

  async function run(cid: string): Promise<void> {
    const item = items.get(cid)
    if (!item || item.reason !== undefined) return
    const abort = new AbortController()
    aborts.set(cid, abort)
    try {
      const content = await uploadAll(item, abort.signal)
      if (!items.has(cid)) return
      void handOver(item, content)
    } catch (error) {
      const now = items.get(cid)
      if (now) items.set(cid, { ...now, reason: (error as Error).message })
    } finally {
      aborts.delete(cid)
    }
  }

  /** The message takes the place of the upload, without a blink of its picture. */
  async function handOver(item: Upload, content: Content): Promise<void> {
    const { cid, key } = item
    const local = item.content.pic ?? (content.media === Media.Image ? item.content.url : undefined)
    const remote = content.pic ?? content.url
    if (local) previews.set(cid, local)
    live.engine?.send(key, content, cid)
    live.showNow()
    items.delete(cid)
    if (local && remote) await loaded(remote)
    previews.delete(cid)
    release(item)
  }

  async function uploadAll({ cid, draft }: Upload, signal: AbortSignal): Promise<Content> {
    const { file, poster } = draft
    const onProgress = (loaded: number, total: number) => {
      const now = items.get(cid)
      if (now) items.set(cid, { ...now, progress: { loaded, total } })
    }
    const raw = draft.media === Media.File
    const { url, pic, type, frames } = await uploadFile(file, nameOf(draft), { signal, onProgress, raw })
    // The server takes the still of a film itself where it can.
    const still = pic || (poster && (await uploadFile(poster, 'poster.jpg', { signal })).url)
    return contentOf(draftFor(draft, type, frames), url, still)
  }

  return { items, previews, add, retry, remove }
})

/** What the server could make of a file: of a picture that can't be shown a file, of another how it moves. */
function draftFor(draft: FileDraft, type: string, frames: number): FileDraft {
  if (draft.media !== Media.Image) return draft
  if (type === 'file') return { ...draft, media: Media.File, memo: undefined }
  return { ...draft, memo: withFrames(draft.memo, frames) }
}

function contentOf(draft: FileDraft, url: string, pic?: string): Content {
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

function localContent(draft: FileDraft): Content {
  const pic = draft.poster && URL.createObjectURL(draft.poster)
  return contentOf(draft, URL.createObjectURL(draft.file), pic)
}

/** Resolves when a picture is in the browser's cache, or will not be. */
async function loaded(url: string): Promise<void> {
  const picture = new Image()
  picture.src = url
  await picture.decode().catch(() => undefined)
}

function release({ content }: Upload): void {
  for (const url of [content.url, content.pic]) if (url) URL.revokeObjectURL(url)
}

/** The file's own name, or one whose extension tells the type. */
function nameOf({ file, name, media }: FileDraft): string {
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
