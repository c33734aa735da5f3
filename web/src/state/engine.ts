/**
 * The moving parts of a logged-in page, wired: socket, outbox, catch-up. No Vue in here; the stores
 * hear of changes through `EngineEvents` and read the parts.
 */
import { lookFrame, messageFrame, readFrame, typingFrame } from '@/protocol/frames'
import { cleanContent, keyOfMessage, newCid, parseChatKey } from '@/protocol/message'
import {
  Cmd,
  Code,
  type Ack,
  type ChatKey,
  type CommunityEvent,
  type ContactEvent,
  type Content,
  type ErrorFrame,
  type Message,
  type ServerFrame,
  type Welcome,
} from '@/protocol/types'
import { Catchup } from '@/sync/catchup'
import { Inbox } from '@/sync/inbox'
import { Outbox, type Store } from '@/sync/outbox'
import type { Api } from '@/transport/api'
import { ChatSocket, type Line, type SocketState } from '@/transport/socket'
import { sourceOf } from './source'

export interface EngineEvents {
  onInbox(): void
  onTimeline(key: ChatKey): void
  onOutbox(): void
  onConnection(state: SocketState): void
  /** A connection is greeted; friends and groups may have changed meanwhile. */
  onWelcome(): void
  /** A message of somebody else came by the live connection. */
  onArrival(message: Message, key: ChatKey): void
  onContacts(event: ContactEvent): void
  onCommunity(event: CommunityEvent): void
  onPresence(userId: number, online: boolean): void
  onTyping(key: ChatKey, userId: number): void
  onSessionLost(): void
  /** A handshake failed: find out whether the session still lives. */
  onRefused(): void
}

export interface EngineOptions {
  api: Api
  openLine: () => Line
  store: Store
  events: EngineEvents
  tooLarge: () => string
}

export class Engine {
  readonly me: number
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly catchup: Catchup
  readonly socket: ChatSocket
  /** Server's clock minus this one's, ms. */
  private clockOffset = 0
  private maxFrame = 65_536
  private outboxTimer: ReturnType<typeof setTimeout> | undefined
  /** Read marks that have not gone out, the greatest seq of each chat. */
  private readonly marks = new Map<ChatKey, number>()
  /** The last frame about what is on the screen, '' before the first. */
  private looking = ''

  constructor(private readonly options: EngineOptions) {
    const { api, events, openLine, store } = options
    this.me = api.userId
    this.inbox = new Inbox(this.me)
    this.outbox = new Outbox(this.me, store)
    this.catchup = new Catchup(sourceOf(api), this.inbox, {
      onInbox: () => events.onInbox(),
      onTimeline: (key, rows) => this.arrivedByCatchup(key, rows),
      onReset: () => events.onInbox(),
    })
    this.socket = new ChatSocket({
      open: openLine,
      onWelcome: (welcome) => this.welcomed(welcome),
      onFrame: (frame) => this.receive(frame),
      onState: (state) => this.connectionChanged(state),
      onSessionLost: () => events.onSessionLost(),
      onRefused: () => events.onRefused(),
    })
  }

  start(): void {
    this.socket.start()
  }

  stop(): void {
    clearTimeout(this.outboxTimer)
    this.socket.stop()
    this.catchup.clear()
  }

  /** The time by the server's clock. */
  now(): number {
    return Date.now() + this.clockOffset
  }

  /** Puts a message into the outbox and sends it as soon as it can be. Returns its cid. */
  send(key: ChatKey, content: Content, cid = newCid()): string {
    const place = parseChatKey(key)
    if (!place) throw new RangeError(`not a chat key: ${key}`)
    const message = { ...cleanContent(content), cmd: place.kind, dstid: place.dstid, cid }
    this.outbox.add(message, this.now())
    if (new Blob([messageFrame(message)]).size > this.maxFrame) {
      this.outbox.refused({ cid, code: Code.TooLarge, msg: this.options.tooLarge() }, Date.now())
    }
    this.flush()
    return cid
  }

  retry(cid: string): void {
    this.outbox.retry(cid)
    this.flush()
  }

  remove(cid: string): void {
    this.outbox.remove(cid)
    this.flush()
  }

  /** The reader has seen a chat up to `seq`; told to the server when it is news. */
  markRead(key: ChatKey, seq: number): void {
    const timeline = this.catchup.timeline(key)
    const left = timeline?.messages.filter((row) => row.seq > seq && row.userid !== this.me).length
    if (!this.inbox.read(key, seq, left)) return
    this.marks.set(key, seq)
    this.sendMarks()
    this.options.events.onInbox()
  }

  /** The reader types. False when there is nobody to tell it to. */
  typing(key: ChatKey): boolean {
    const place = parseChatKey(key)
    return place !== null && this.socket.send(typingFrame(place.kind, place.dstid))
  }

  /** What is on the screen: the open chat, and whether a list of friends or chats is. Each connection is told. */
  look(key: ChatKey | '', friends: boolean): void {
    const frame = lookFrame(parseChatKey(key), friends)
    if (frame === this.looking) return
    this.looking = frame
    this.socket.send(frame)
  }

  private receive(frame: ServerFrame): void {
    const { events } = this.options
    switch (frame.cmd) {
      case Cmd.Ack:
        return this.acked(frame)
      case Cmd.Error:
        return this.refused(frame)
      case Cmd.Single:
      case Cmd.Room:
        return this.arrived(frame)
      case Cmd.Read:
        if (this.inbox.applyRead(frame)) events.onInbox()
        // Who reads is there.
        if (frame.userid !== this.me) events.onPresence(frame.userid, true)
        return
      case Cmd.Recall:
      case Cmd.Edit:
      case Cmd.Reaction: {
        const { kind, userid, dstid, ver } = frame
        return this.catchup.changed(keyOfMessage({ cmd: kind, userid, dstid }, this.me), ver)
      }
      case Cmd.Typing: {
        const { kind, userid, dstid } = frame
        return events.onTyping(keyOfMessage({ cmd: kind, userid, dstid }, this.me), userid)
      }
      case Cmd.Presence:
        return events.onPresence(frame.userid, frame.online === 1)
      case Cmd.ContactChanged:
        return events.onContacts(frame)
      case Cmd.CommunityChanged:
        return events.onCommunity(frame)
      case Cmd.Heartbeat:
      case Cmd.Welcome:
        // The socket's own business.
        return
    }
  }

  private arrived(message: Message): void {
    const { events } = this.options
    const own = message.userid === this.me
    if (own && message.cid && this.outbox.stored(message.cid)) this.flush()
    const key = this.catchup.applyLive(message)
    events.onTimeline(key)
    events.onInbox()
    if (!own) events.onArrival(message, key)
  }

  private arrivedByCatchup(key: ChatKey, rows: readonly Message[]): void {
    const stored = rows.filter(({ userid, cid }) => userid === this.me && cid && this.outbox.stored(cid))
    if (stored.length > 0) this.flush()
    this.options.events.onTimeline(key)
  }

  private acked(ack: Ack): void {
    const message = this.outbox.acked(ack, this.me)
    if (!message) return
    const key = this.catchup.applyLive(message)
    this.options.events.onTimeline(key)
    this.options.events.onInbox()
    this.flush()
  }

  private refused(error: ErrorFrame): void {
    this.outbox.refused(error, Date.now())
    this.flush()
  }

  private welcomed({ epoch, now, max_frame }: Welcome): void {
    if (now) this.clockOffset = now - Date.now()
    this.maxFrame = max_frame
    if (this.looking) this.socket.send(this.looking)
    this.sendMarks()
    this.flush()
    this.options.events.onWelcome()
    void this.catchup.welcomed(epoch)
  }

  private connectionChanged(state: SocketState): void {
    if (state !== 'online') {
      this.outbox.disconnected()
      this.catchup.disconnected()
      clearTimeout(this.outboxTimer)
    }
    this.options.events.onConnection(state)
  }

  /** Sends what is due and comes back when the next is. */
  private flush(): void {
    clearTimeout(this.outboxTimer)
    if (this.socket.online) {
      const now = Date.now()
      for (const { message } of this.outbox.due(now)) {
        if (this.socket.send(messageFrame(message))) this.outbox.sent(message.cid, now)
      }
      const next = this.outbox.nextDue(now)
      if (next !== null) this.outboxTimer = setTimeout(() => this.flush(), Math.max(50, next - now))
    }
    this.options.events.onOutbox()
  }

  private sendMarks(): void {
    for (const [key, seq] of this.marks) {
      const place = parseChatKey(key)
      if (place && this.socket.send(readFrame(place.kind, place.dstid, seq))) this.marks.delete(key)
    }
  }
}
