/**
 * The engine of the logged-in user, mirrored into reactive values. For the other stores only; views
 * use those.
 */
import { defineStore } from 'pinia'
import { markRaw, shallowReactive, shallowRef, watch } from 'vue'
import { language, t } from '@/i18n'
import type { ChatKey, Conversation } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { Review } from '@/protocol/reviews'
import { Disk } from '@/store/disk'
import { dropKept as dropDatabase } from '@/store/schema'
import type { OutboxItem } from '@/sync/outbox'
import { Api } from '@/transport/api'
import { openSocket, wakeOnReturn, type SocketState } from '@/transport/socket'
import { dropToken, takeToken } from '@/transport/token'
import { Batch } from './batch'
import { Engine } from './engine'
import { Emitter, type LiveEmitter } from './events'
import { ListKeeper, readKept, type Kept, type ListName } from './kept'
import { askBeforeLeaving, leaveForLogin } from './pages'
import { sleep } from './retry'
import { storedMessages } from './stored'
import { keepNothing, keepsNothing, storeFor, userStore } from './storage'

export interface TimelineView {
  messages: readonly Message[]
  hasOlder: boolean
  hasNewer: boolean
  /** Messages before which some are missing, by seq. */
  holes: ReadonlySet<number>
}

/** ms that leaving waits for the disk at most. */
const forgetting = 1_000

export const useLive = defineStore('live', () => {
  const api = shallowRef(anonymousApi())
  const token = shallowRef('')
  const engine = shallowRef<Engine | null>(null)
  const inbox = shallowRef<ReadonlyMap<ChatKey, Conversation>>(new Map())
  const inboxLoaded = shallowRef(false)
  const outbox = shallowRef<readonly OutboxItem[]>([])
  /** One's own messages that wait for a review, or were refused. */
  const reviews = shallowRef<readonly Review[]>([])
  const timelines = shallowReactive(new Map<ChatKey, TimelineView>())
  /** Conversations whose messages have changed since the last redraw. */
  const changed = new Set<ChatKey>()
  const changes = new Batch(mirror)
  const connection = shallowRef<SocketState>('offline')
  const attempts = shallowRef(0)
  /** The connection counts as online, but an answer is overdue. */
  const doubted = shallowRef(false)
  const events: LiveEmitter = markRaw(new Emitter())
  /** What an earlier page has kept of this user; null when nothing is, or before it is read. */
  const kept = shallowRef<Kept | null>(null)
  /** Null when nothing is kept on this computer. */
  const disk = shallowRef<Disk | null>(null)
  let lists: ListKeeper | null = null
  let sessionLost = false
  /** Something has to be done before the page may go. */
  let staying = false

  events.on('conversations', () => changes.mark())
  events.on('outbox', () => changes.mark())
  events.on('timeline', (key) => {
    changed.add(key)
    changes.mark()
  })
  events.on('connection', ({ state, failures }) => {
    connection.value = state
    attempts.value = state === 'online' ? 0 : failures
  })
  events.on('doubt', (doubt) => (doubted.value = doubt))
  events.on('sessionLost', lost)
  askBeforeLeaving(() => engine.value?.outbox.wouldLose ?? false)
  events.on('refused', () => void probe())

  /** Calls from now on are this user's. */
  function identify(userId: number): void {
    token.value = takeToken(userId)
    storeFor(userId)
    api.value = new Api({
      userId,
      token: token.value,
      language: () => language.value,
      sentences,
      onSessionLost: lost,
    })
  }

  /** Reads what an earlier page of the identified user has kept. */
  async function unpack(): Promise<Kept | null> {
    const { userId } = api.value
    if (typeof indexedDB === 'undefined') return null
    if (keepsNothing(userId)) {
      // Of an earlier session, perhaps.
      void dropDatabase(userId)
      return null
    }
    const opened = new Disk(userId)
    kept.value = await readKept(opened)
    disk.value = markRaw(opened)
    lists = new ListKeeper(opened)
    // Whatever comes next, a page that is not seen may be ended.
    window.addEventListener('pagehide', keepNow)
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && keepNow())
    return kept.value
  }

  /** A list is different: it goes to the disk soon. */
  function keep(name: ListName, value: () => unknown): void {
    lists?.put(name, value)
  }

  /** All messages that are kept on this computer, or those of one chat. */
  async function stored(chat: ChatKey | ''): Promise<[ChatKey, Message][]> {
    const { value: started } = engine
    if (!started || !disk.value) return []
    await started.catchup.keep()
    return storedMessages(disk.value, started.inbox, chat)
  }

  function keepNow(): void {
    lists?.flush()
    void engine.value?.catchup.keep()
  }

  /** Opens the live connection of the identified user. */
  function connect(): void {
    const userId = api.value.userId
    const started = new Engine({
      api: api.value,
      openSocket: () => openSocket(userId, token.value),
      store: userStore,
      tooLarge: () => t('error.tooLong'),
      events,
      disk: disk.value,
      list: kept.value?.inbox ?? null,
    })
    engine.value = started
    inboxLoaded.value ||= Boolean(kept.value?.inbox)
    mirror()
    wakeOnReturn(started.socket)
    started.start()
  }

  /** Resolves when the conversation list is there, or cannot be had for now. */
  function listed(): Promise<void> {
    return new Promise((resolve) => {
      const settled = () => inboxLoaded.value || connection.value === 'offline'
      if (settled()) return resolve()
      const stop = watch(settled, () => {
        stop()
        resolve()
      })
    })
  }

  /**
   * The session has ended: to the log-in page. What others have said goes from the disk; what was not sent yet waits
   * there for the next log-in.
   */
  function leave(): void {
    engine.value?.stop()
    dropToken(api.value.userId)
    if (!disk.value) return leaveForLogin()
    void dropKept().finally(leaveForLogin)
  }

  /** The disk keeps nothing of what the server has. */
  async function dropKept(): Promise<void> {
    await Promise.race([disk.value?.drop(), sleep(forgetting)])
  }

  function lost(): void {
    sessionLost = true
    if (!staying) leave()
  }

  /** Leaves when `work` is done. The session may end meanwhile; when it does not and `work` fails, the page stays. */
  async function leaveAfter(work: () => Promise<void>): Promise<void> {
    staying = true
    try {
      await work()
      sessionLost = true
    } finally {
      staying = false
      if (sessionLost) leave()
    }
  }

  /** Drops what is on disk of this user (log-out). */
  async function forget(): Promise<void> {
    engine.value?.outbox.clear()
    engine.value?.oneself.acts.clear()
    events.emit('forget')
    await dropKept()
    keepNothing(api.value.userId, false)
  }

  /** Brings the reactive values up to the engine's. All at once, so that no message is twice or nowhere. */
  function mirror(): void {
    const { value: started } = engine
    if (!started) return
    inbox.value = started.oneself.acts.shownRows(started.own.shownRows(started.inbox.rows))
    inboxLoaded.value ||= started.catchup.listing.listed
    outbox.value = started.outbox.items
    reviews.value = started.waiting.reviews.rows
    for (const key of changed) mirrorTimeline(key)
    changed.clear()
  }

  function mirrorTimeline(key: ChatKey): void {
    const { value: started } = engine
    const timeline = started?.catchup.timeline(key)
    if (!started || !timeline) return void timelines.delete(key)
    const { acts } = started.oneself
    const { messages, first, hasNewer, holes } = timeline
    const hasOlder = timeline.hasOlder && !acts.clears(key, first)
    timelines.set(key, { messages: acts.shown(key, started.own.shown(key, messages)), hasOlder, hasNewer, holes })
  }

  /** Shows at once what the reader has just done. */
  function showNow(): void {
    changes.flush()
  }

  /** A refused handshake does not say why; a call does, and `onSessionLost` hears a -401. */
  async function probe(): Promise<void> {
    const { userId } = api.value
    await api.value.call('/user/find', { id: userId }).catch(() => undefined)
  }

  return {
    api,
    token,
    engine,
    inbox,
    inboxLoaded,
    outbox,
    reviews,
    timelines,
    connection,
    attempts,
    doubted,
    kept,
    disk,
    identify,
    unpack,
    keep,
    stored,
    connect,
    listed,
    leave,
    leaveAfter,
    forget,
    mirrorTimeline,
    showNow,
    events,
  }
})

export function sentences() {
  return { network: t('error.network'), answer: t('error.answer'), cancelled: t('error.cancelled') }
}

function anonymousApi(): Api {
  return new Api({ userId: 0, language: () => language.value, sentences })
}
