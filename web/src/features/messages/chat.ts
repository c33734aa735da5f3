/** The open chat: its messages with what is waiting to be sent behind them, and everything one can do in it. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { problemOf } from '@/protocol/message'
import { Kind, type ChatKey, type Content, type Message } from '@/protocol/types'
import type { OutboxItem } from '@/sync/outbox'
import type { ChatStore } from '@/state/api'
import { useConversations } from '@/features/conversations/conversations'
import { useLive } from '@/state/live'
import { useSession } from '@/features/accounts/account'
import type { Entry, FileDraft } from '@/state/types'
import { useUploads, type Upload } from '@/features/media/uploads'

/** Pages loaded at most to reach the first unread message. */
const unreadPages = 6

export const useChat = defineStore('chat', () => {
  const live = useLive()
  const session = useSession()
  const conversations = useConversations()
  const uploads = useUploads()

  const key = shallowRef<ChatKey | ''>('')
  const loading = shallowRef(false)
  const loadingOlder = shallowRef(false)
  const firstUnread = shallowRef(0)
  /** Entries of stored messages made before; the same object as long as nothing in it changed. */
  let made = new Map<number, { row: Message; pic?: string; entry: Entry }>()
  /** What the reader has seen of the open chat. Told to the server while the page is visible. */
  let seenSeq = 0

  const timeline = computed(() => (key.value ? live.timelines.get(key.value) : undefined))
  const target = computed(() => (key.value ? conversations.target(key.value) : null))

  const stored = computed<readonly Entry[]>(() => {
    const peerRead = (key.value && live.inbox.get(key.value)?.peer_read) || 0
    const before = made
    made = new Map()
    return (timeline.value?.messages ?? []).map((row) => {
      const read = row.cmd === Kind.Single && row.userid === session.userId && row.seq <= peerRead
      const pic = row.cid && uploads.previews.get(row.cid)
      const known = before.get(row.seq)
      const same = known?.row === row && known.pic === pic && known.entry.read === read
      const entry = same ? known.entry : entryOf(pic ? { ...row, pic } : row, read)
      made.set(row.seq, { row, pic, entry })
      return entry
    })
  })

  const waiting = computed<readonly Entry[]>(() => {
    const mine = live.outbox.filter((item) => item.key === key.value).map(waitingEntry)
    const files = [...uploads.items.values()].filter((item) => item.key === key.value).map(uploadEntry)
    return [...mine, ...files].sort((a, b) => a.createat - b.createat)
  })

  const entries = computed(() => (waiting.value.length ? [...stored.value, ...waiting.value] : stored.value))

  function entryOf(row: Message, read: boolean): Entry {
    const { userid, seq, createat, cid } = row
    const own = userid === session.userId
    return { key: own && cid ? cid : `m${seq}`, state: 'sent', own, userid, seq, createat, message: row, read, cid }
  }

  function waitingEntry({ message: written, createat, state, reason }: OutboxItem): Entry {
    const { cid } = written
    const pic = uploads.previews.get(cid)
    const message = pic ? { ...written, pic } : written
    return { key: cid, state, own: true, userid: session.userId, seq: 0, createat, message, read: false, cid, reason }
  }

  function uploadEntry({ cid, createat, content, progress, reason }: Upload): Entry {
    const state = reason === undefined ? 'uploading' : 'failed'
    const own = { own: true, userid: session.userId, read: false }
    return { key: cid, state, ...own, seq: 0, createat, message: content, cid, reason, progress }
  }

  async function open(next: ChatKey): Promise<void> {
    const { engine } = live
    if (!engine || key.value === next) return
    key.value = next
    firstUnread.value = 0
    seenSeq = 0
    made = new Map()
    loading.value = true
    await live.listed()
    if (key.value !== next) return
    const read = engine.inbox.get(next)?.read ?? 0
    const unread = engine.inbox.get(next)?.unread ?? 0
    live.mirrorTimeline(next)
    loading.value = !engine.catchup.timeline(next)?.loaded
    try {
      await engine.catchup.open(next)
      if (unread > 0) await reach(next, read + 1)
    } finally {
      live.showNow()
      if (key.value === next) loading.value = false
    }
    if (key.value === next && unread > 0) firstUnread.value = firstForeignAfter(next, read)
  }

  /** Loads older pages until `seq` is there, within reason. */
  async function reach(chat: ChatKey, seq: number): Promise<void> {
    const { engine } = live
    for (let pages = 0; pages < unreadPages && key.value === chat; pages++) {
      const known = engine?.catchup.timeline(chat)
      if (!known?.hasOlder || known.first <= seq) return
      await engine?.catchup.older(chat)
    }
  }

  function firstForeignAfter(chat: ChatKey, read: number): number {
    const messages = live.engine?.catchup.timeline(chat)?.messages ?? []
    return messages.find((row) => row.seq > read && row.userid !== session.userId)?.seq ?? 0
  }

  function close(): void {
    key.value = ''
    live.engine?.catchup.close()
    live.timelines.clear()
  }

  async function loadOlder(): Promise<boolean> {
    if (!key.value || !live.engine || loadingOlder.value) return true
    loadingOlder.value = true
    try {
      return await live.engine.catchup.older(key.value)
    } finally {
      live.showNow()
      loadingOlder.value = false
    }
  }

  function send(content: Content): void {
    if (key.value) sendTo(key.value, content)
  }

  function sendTo(chat: ChatKey, content: Content): void {
    const problem = problemOf(content)
    if (problem) throw new RangeError(`a message of media ${content.media} needs ${problem}`)
    live.engine?.send(chat, content)
    live.showNow()
  }

  function sendFile(draft: FileDraft): void {
    if (key.value) uploads.add(key.value, draft)
  }

  function retry(entryKey: string): void {
    if (uploads.items.has(entryKey)) uploads.retry(entryKey)
    else live.engine?.retry(entryKey)
    live.showNow()
  }

  function remove(entryKey: string): void {
    if (uploads.items.has(entryKey)) uploads.remove(entryKey)
    else live.engine?.remove(entryKey)
    live.showNow()
  }

  function seen(seq: number): void {
    seenSeq = Math.max(seenSeq, seq)
    tellSeen()
    if (seq === timeline.value?.messages.at(-1)?.seq) live.engine?.catchup.atEnd()
  }

  function tellSeen(): void {
    if (key.value && seenSeq && document.visibilityState === 'visible') live.engine?.markRead(key.value, seenSeq)
  }

  // What was seen before the list came, or while the page was hidden, is told when it can be.
  watch(() => live.inbox, tellSeen)
  document.addEventListener('visibilitychange', tellSeen)

  return {
    key,
    target,
    entries,
    loading,
    hasOlder: computed(() => timeline.value?.hasOlder ?? false),
    loadingOlder,
    firstUnread,
    open,
    close,
    loadOlder,
    send,
    sendTo,
    sendFile,
    retry,
    remove,
    seen,
  } satisfies Record<keyof ChatStore, unknown>
})
