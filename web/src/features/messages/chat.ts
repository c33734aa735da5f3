/** The open chat: its messages with what is waiting to be sent behind them, and everything one can do in it. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useConversations } from '@/features/conversations/conversations'
import type { FileDraft } from '@/features/media/draft'
import { useUploads, type Upload } from '@/features/media/uploads'
import { Kind } from '@/protocol/codes'
import { chatKey, type ChatKey } from '@/protocol/conversations'
import { problemOf, type Content, type Message } from '@/protocol/messages'
import type { Review } from '@/protocol/reviews'
import { useLive } from '@/state/live'
import { site } from '@/state/site'
import type { OutboxItem } from '@/sync/outbox'
import { isFinal } from '@/transport/errors'
import { fail } from '@/ui/dialogs'
import { useAsides } from './asides'
import type { Entry } from './entry'
import { useReadMark } from './reading/mark'
import { usePlaces, type Place, type Start } from './reading/places'
import { useWindowEnd } from './windowEnds'

/** px below the upper edge at which a message stands that one has jumped to. */
export const jumpOffset = 72

export const useChat = defineStore('chat', () => {
  const live = useLive()
  const conversations = useConversations()
  const uploads = useUploads()
  const withAsides = useAsides()

  /** Key of the open chat, '' when none. */
  const key = shallowRef<ChatKey | ''>('')
  const loading = shallowRef(false)
  const older = useWindowEnd((chat) => live.engine?.catchup.history.older(chat))
  const newer = useWindowEnd((chat) => live.engine?.catchup.history.newer(chat))
  /** False until it is known where the list of messages opens. */
  const placed = shallowRef(false)
  /** Entries of stored messages made before; the same object as long as nothing in it changed. */
  let made = new Map<number, { row: Message; pic?: string; entry: Entry }>()
  let renewing: Promise<void> | null = null
  const mark = useReadMark(key)
  const places = usePlaces()
  const start = shallowRef<Start>('end')
  /** All up to this seq was read before the chat was opened. */
  const known = shallowRef(0)

  const timeline = computed(() => (key.value ? live.timelines.get(key.value) : undefined))
  const target = computed(() => (key.value ? conversations.target(key.value) : null))

  const stored = computed<readonly Entry[]>(() => {
    const peerRead = (key.value && live.inbox.get(key.value)?.peer_read) || 0
    const holes = timeline.value?.holes
    const before = made
    made = new Map()
    return (timeline.value?.messages ?? []).map((row) => {
      const read = row.cmd === Kind.Single && row.userid === live.api.userId && row.seq <= peerRead
      const pic = row.cid && uploads.previews.get(row.cid)
      const known = before.get(row.seq)
      const hole = holes?.has(row.seq) || undefined
      const same = known?.row === row && known.pic === pic && known.entry.read === read && known.entry.hole === hole
      const entry = same ? known.entry : { ...entryOf(pic ? { ...row, pic } : row, read), ...(hole && { hole }) }
      made.set(row.seq, { row, pic, entry })
      return entry
    })
  })

  /** The stored messages of the window by their ids. */
  const byId = computed(() => new Map((timeline.value?.messages ?? []).map((row) => [row.id, row])))

  const waiting = computed<readonly Entry[]>(() => {
    const mine = live.outbox.filter((item) => item.key === key.value).map(waitingEntry)
    const files = [...uploads.items.values()].filter((item) => item.key === key.value).map(uploadEntry)
    const held = live.reviews.filter(({ kind, dstid }) => chatKey(kind, dstid) === key.value)
    // Passed in this moment: it is among the stored ones.
    const there = new Set(held.length ? timeline.value?.messages.map(({ cid }) => cid) : [])
    const reviews = held.filter(({ cid }) => !cid || !there.has(cid)).map(reviewEntry)
    return [...mine, ...files, ...reviews].sort((a, b) => a.createat - b.createat)
  })

  const entries = computed<readonly Entry[]>(() => {
    // Until the list is there nobody knows where to open; what one writes meanwhile is shown.
    if (!placed.value) return live.inboxLoaded ? [] : waiting.value
    const said = key.value ? withAsides(key.value, stored.value, !timeline.value?.hasNewer) : stored.value
    return waiting.value.length ? [...said, ...waiting.value] : said
  })

  function entryOf(row: Message, read: boolean): Entry {
    const { userid, seq, createat, cid } = row
    const own = userid === live.api.userId
    return { key: own && cid ? cid : `m${seq}`, state: 'sent', own, userid, seq, createat, message: row, read, cid }
  }

  function waitingEntry({ message: written, createat, state, code, reason, going }: OutboxItem): Entry {
    const { cid } = written
    const pic = uploads.previews.get(cid)
    const message = pic ? { ...written, pic } : written
    const own = { own: true, userid: live.api.userId, seq: 0, read: false }
    return { key: cid, state, ...own, createat, message, cid, reason, final: isFinal(code), going }
  }

  function reviewEntry({ id, state, createat, cid, ...message }: Review): Entry {
    const own = { own: true, userid: live.api.userId, seq: 0, read: false }
    return { key: cid ?? `r${id}`, state, ...own, createat, message, cid, review: id }
  }

  function uploadEntry({ cid, createat, content, progress, reason, final }: Upload): Entry {
    const state = reason === undefined ? 'uploading' : 'failed'
    const own = { own: true, userid: live.api.userId, read: false }
    const going = live.connection === 'online'
    return { key: cid, state, ...own, seq: 0, createat, message: content, cid, reason, final, progress, going }
  }

  /** Opens a chat where its reader begins, or at a message. Called by its view. */
  async function open(next: ChatKey, wanted = 0): Promise<void> {
    const { engine } = live
    if (!engine || key.value === next) return
    key.value = next
    mark.reset(null)
    made = new Map()
    placed.value = older.stuck.value = newer.stuck.value = false
    loading.value = true
    await live.listed()
    if (key.value !== next) return
    engine.oneself.seen(next)
    const { read, unread, seq } = engine.inbox.get(next) ?? { read: 0, unread: 0, seq: 0 }
    if (unread > 0) mark.reset(read)
    const left = places.get(next)
    if (wanted) start.value = { seq: wanted, offset: jumpOffset }
    // Where the reader was, unless all unread messages came after they left.
    else if (left && (unread === 0 || read < left.newest))
      start.value = { seq: left.seq, offset: left.offset, eye: left.eye }
    else start.value = unread > 0 ? 'unread' : 'end'
    known.value = unread > 0 ? read : seq
    const at = start.value === 'end' ? {} : start.value === 'unread' ? { unread: read } : { seq: start.value.seq }
    const ready = await engine.catchup.prepare(next, at)
    if (key.value !== next) return
    live.mirrorTimeline(next)
    if (ready) mark.place(start.value === 'unread')
    // At the end one may begin to write while the messages are on their way.
    placed.value = ready || (start.value === 'end' && !timeline.value?.messages.length)
    loading.value = !ready
    try {
      await engine.catchup.open(next, at)
    } finally {
      live.showNow()
      if (key.value === next) {
        mark.place(start.value === 'unread')
        placed.value = true
        loading.value = false
      }
    }
  }

  function close(): void {
    key.value = ''
    live.engine?.catchup.close()
    live.timelines.clear()
  }

  /** The reader is at this place of the open chat; null: at its end. */
  function stand(place: Place | null): void {
    if (!key.value) return
    places.set(key.value, place)
    live.engine?.catchup.readerAt(place?.seq ?? 0)
  }

  /** Prepends one page of history; resolves to false when the beginning is reached. */
  const loadOlder = () => older.load(key.value)

  /** Appends one page to a window that ends before the chat does; resolves to false when the end is reached. */
  const loadNewer = () => newer.load(key.value)

  /** Makes the window reach to the end of the chat, where the list then opens anew. */
  function toNewest(): Promise<void> {
    const chat = key.value
    if (!chat || !timeline.value?.hasNewer) return Promise.resolve()
    start.value = 'end'
    renewing ??= renew(chat).finally(() => (renewing = null))
    return renewing
  }

  /** Brings a message into the window, which is loaded around it when it is elsewhere. */
  async function reach(seq: number): Promise<void> {
    const chat = key.value
    if (!chat || timeline.value?.messages.some((row) => row.seq === seq)) return
    start.value = { seq, offset: jumpOffset }
    await live.engine?.catchup.history.around(chat, seq)
    live.showNow()
  }

  async function renew(chat: ChatKey): Promise<void> {
    await live.engine?.catchup.history.newest(chat)
    live.showNow()
  }

  /** Puts a message into the outbox of the open chat; the bubble is there at once. */
  function send(content: Content): void {
    if (key.value) sendTo(key.value, content)
  }

  /** Sends to any chat. */
  function sendTo(chat: ChatKey, content: Content): void {
    const problem = problemOf(content)
    if (problem) throw new RangeError(`a message of media ${content.media} needs ${problem}`)
    live.engine?.send(chat, content)
    live.showNow()
    // One's own message stands at the end. Should that fail, it stands below what is here.
    if (chat === key.value) toNewest().catch(() => undefined)
  }

  /** Uploads, then sends; the bubble is there at once with a progress. */
  function sendFile(draft: FileDraft): void {
    if (key.value) uploads.add(key.value, draft)
  }

  /** Sends a failed entry again (a failed upload starts again). */
  function retry(entryKey: string): void {
    if (uploads.items.has(entryKey)) uploads.retry(entryKey)
    else live.engine?.retry(entryKey)
    live.showNow()
  }

  /** Drops a failed entry, cancels a running upload, or takes back what waits for a review. */
  function remove(entryKey: string): void {
    const { review } = waiting.value.find(({ key: one }) => one === entryKey) ?? {}
    if (review) return void live.engine?.waiting.withdraw(review).catch(fail)
    if (uploads.items.has(entryKey)) uploads.remove(entryKey)
    else live.engine?.remove(entryKey)
    live.showNow()
  }

  return {
    key,
    target,
    entries,
    byId,
    loading,
    hasOlder: computed(() => timeline.value?.hasOlder ?? false),
    loadingOlder: older.loading,
    stuckOlder: older.stuck,
    hasNewer: computed(() => timeline.value?.hasNewer ?? false),
    loadingNewer: newer.loading,
    stuckNewer: newer.stuck,
    firstUnread: mark.firstUnread,
    start,
    known,
    unread: computed(() => (key.value && live.inbox.get(key.value)?.unread) || 0),
    /** There are points here, and somebody to give them to. */
    pays: computed(() => site.wallet && target.value !== null && !target.value.self),
    /** Bytes; 0 when nobody knows. */
    largestFile: computed(() => site.uploadBytes),
    open,
    close,
    stand,
    loadOlder,
    loadNewer,
    toNewest,
    reach,
    send,
    sendTo,
    sendFile,
    retry,
    remove,
    seen: mark.seen,
    fresh: mark.fresh,
  }
})
