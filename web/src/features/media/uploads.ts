/**
 * Files on their way: one at a time, in the order they were chosen; each becomes a message when its
 * bytes have arrived. For the chat store only.
 *
 * None is lost: without a connection a file waits for it; over a reload it is kept on the browser's
 * shelf, within its bounds, and for what does not fit there the browser asks before it leaves. A file
 * that was sent twice (two tabs, an answer that got lost) is one message still, by its cid. The bytes
 * are kept until the server has the message: of a file that waited too long it may say that it is gone.
 */
import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { Code, Media } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import { newCid, type Content } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { askBeforeLeaving } from '@/state/pages'
import { waitFor } from '@/state/retry'
import { Shelf, type Shelved } from '@/state/shelf'
import { keepsNothing } from '@/state/storage'
import { ApiError } from '@/transport/errors'
import { contentOf, draftFor, localContent, nameOf, type FileDraft } from './draft'
import { uploadFile } from './uploadFile'

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
  /** Failed, and another try can't help. */
  readonly final?: boolean
}

/** What the shelf keeps of an upload. */
interface Kept extends Shelved, Pick<Upload, 'key' | 'createat' | 'draft' | 'reason'> {
  /** The message, once the server has the bytes: sent again it is the same one, not a second. */
  readonly stored?: Content
}

/** Tries in a row without an answer, on a connection that works, before a file has failed. */
const mostTries = 5

export const useUploads = defineStore('uploads', () => {
  const live = useLive()
  const items = shallowReactive(new Map<string, Upload>())
  /** cid of a message just sent to the local picture that stands for the server's until that is loaded. */
  const previews = shallowReactive(new Map<string, string>())
  const shelf = new Shelf<Kept>(undefined, (userId) => !keepsNothing(userId))
  /** cids that would come back after a reload. */
  const kept = new Set<string>()
  /** Messages whose bytes the server has already. */
  const stored = new Map<string, Content>()
  const tries = new Map<string, number>()
  /** Handed over; the server has not said yet that it has the message. */
  const handed = new Map<string, Upload>()
  /** cids whose file was gone when the message came, and was uploaded anew: once is enough. */
  const again = new Set<string>()
  let running = ''
  let abort = new AbortController()
  let pause: ReturnType<typeof setTimeout> | undefined

  /** Shows the bubble at once and puts the file into the queue. */
  function add(key: ChatKey, draft: FileDraft): void {
    const createat = live.engine?.now() ?? Date.now()
    const cid = newCid(createat)
    show({ cid, key, createat, draft })
    void keep(cid)
    pump()
  }

  function show(what: Told): void {
    items.set(what.cid, uploadOf(what))
  }

  function retry(cid: string): void {
    const item = items.get(cid)
    if (item?.reason === undefined || item.final) return
    items.set(cid, { ...item, reason: undefined, progress: { ...item.progress, loaded: 0 } })
    tries.delete(cid)
    void keep(cid)
    pump()
  }

  /** Cancels or drops. */
  function remove(cid: string): void {
    forgetHere(cid)
    void shelf.drop(cid)
  }

  function forgetHere(cid: string): void {
    const item = items.get(cid)
    if (!item) return
    items.delete(cid)
    for (const set of [kept, stored, tries]) set.delete(cid)
    if (running === cid) abort.abort()
    release(item)
  }

  /** Drops everything, on disk too: one who logs out leaves nothing of what they sent. */
  async function clear(): Promise<void> {
    for (const cid of [...items.keys()]) forgetHere(cid)
    await shelf.clear(live.api.userId)
  }

  /** Starts with the next file when there is one, and a connection. */
  function pump(): void {
    if (running || pause !== undefined || live.connection !== 'online') return
    const next = [...items.values()].find(({ reason }) => reason === undefined)
    if (!next) return
    running = next.cid
    void run(next).finally(() => {
      running = ''
      pump()
    })
  }

  async function run(item: Upload): Promise<void> {
    const { cid } = item
    abort = new AbortController()
    try {
      const content = stored.get(cid) ?? (await uploadAll(item, abort.signal))
      if (!items.has(cid)) return
      stored.set(cid, content)
      await keep(cid)
      // A tab that slept may have been taken for gone: then another one sends this file.
      if (!(await shelf.mine(cid))) return forgetHere(cid)
      if (items.has(cid)) handOver(item, content)
    } catch (error) {
      failed(cid, error)
    }
  }

  /** What may pass is waited for; the rest is told, and stands until it is tried again or dropped. */
  function failed(cid: string, error: unknown): void {
    const item = items.get(cid)
    if (!item) return
    const wait = waitFor(error)
    const tried = (tries.get(cid) ?? 0) + 1
    if (wait !== null && (tried < mostTries || live.connection !== 'online')) {
      tries.set(cid, tried)
      items.set(cid, { ...item, progress: { ...item.progress, loaded: 0 } })
      pause = setTimeout(resume, wait)
      return
    }
    const final = error instanceof ApiError && error.final
    items.set(cid, { ...item, reason: (error as Error).message, final })
    if (final) void shelf.drop(cid)
    else void keep(cid)
  }

  function resume(): void {
    clearTimeout(pause)
    pause = undefined
    pump()
  }

  /** Writes an upload to the shelf as it is now. */
  async function keep(cid: string): Promise<void> {
    const item = items.get(cid)
    if (!item) return
    const { key, createat, draft, reason } = item
    const bytes = draft.file.size + (draft.poster?.size ?? 0)
    const userId = live.api.userId
    const done = await shelf.put({ id: cid, userId, bytes, key, createat, draft, reason, stored: stored.get(cid) })
    if (!items.has(cid)) await shelf.drop(cid)
    else if (done) kept.add(cid)
  }

  /** What an earlier page of this tab, or a closed tab, left. */
  async function restore(): Promise<void> {
    for (const { id: cid, key, createat, draft, reason, stored: content } of await shelf.adopt(live.api.userId)) {
      if (items.has(cid) || handed.has(cid)) continue
      if (live.engine?.outbox.find(cid)) {
        handed.set(cid, uploadOf({ cid, key, createat, draft }))
        continue
      }
      kept.add(cid)
      if (content) stored.set(cid, content)
      show({ cid, key, createat, draft, reason })
    }
    settle()
    pump()
  }

  /** The message takes the place of the upload, without a blink of its picture. */
  function handOver(item: Upload, content: Content): void {
    const { cid, key } = item
    const local = item.content.pic ?? (content.media === Media.Image ? item.content.url : undefined)
    const remote = content.pic ?? content.url
    if (local) previews.set(cid, local)
    live.engine?.send(key, content, cid)
    live.showNow()
    items.delete(cid)
    handed.set(cid, item)
    for (const set of [kept, stored, tries]) set.delete(cid)
    void (local && remote ? loaded(remote) : Promise.resolve()).then(() => {
      previews.delete(cid)
      release(item)
    })
  }

  /** Lets go of the files whose messages the server has, and uploads those anew that are gone there. */
  function settle(): void {
    for (const [cid, { key, createat, draft }] of handed) {
      const waiting = live.engine?.outbox.find(cid)
      if (waiting?.state === 'pending') continue
      handed.delete(cid)
      if (waiting?.code !== Code.NotFound || again.has(cid)) {
        void shelf.drop(cid)
        continue
      }
      again.add(cid)
      live.engine?.remove(cid)
      show({ cid, key, createat, draft })
      void keep(cid)
      pump()
    }
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

  live.events.on('outbox', settle)
  watch(
    () => live.connection,
    (state) => {
      if (state !== 'online') return
      tries.clear()
      resume()
    },
  )
  watch(
    () => live.engine,
    (engine) => void (engine && restore()),
    { immediate: true },
  )
  askBeforeLeaving(() => [...items.values()].some(({ cid, final }) => !final && !kept.has(cid)))

  return { items, previews, add, retry, remove, clear }
})

/** What is known of an upload before anything has happened to it. */
type Told = Pick<Upload, 'cid' | (keyof Kept & keyof Upload)>

function uploadOf({ cid, key, createat, draft, reason }: Told): Upload {
  const progress = { loaded: 0, total: draft.file.size }
  return { cid, key, createat, draft, reason, content: localContent(draft), progress }
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
