/**
 * The moving parts of a logged-in page, wired: socket, outbox, catch-up. No Vue in here; the stores
 * hear of changes through `events` and read the parts.
 */
import { cleanChange, type Change, type ChangeEvent } from '@/protocol/changes'
import { Cmd, Code, Media } from '@/protocol/codes'
import { chatKey, parseChatKey, type ChatKey } from '@/protocol/conversations'
import {
  changeFrame,
  lookFrame,
  messageFrame,
  typingFrame,
  type Ack,
  type ErrorFrame,
  type ReadEvent,
  type ServerFrame,
  type Welcome,
} from '@/protocol/frames'
import { limits } from '@/protocol/limits'
import { cleanContent, newCid, type Content, type Message } from '@/protocol/messages'
import { Catchup } from '@/sync/catchup'
import { ServerClock } from '@/sync/clock'
import { Inbox } from '@/sync/inbox'
import { ReadMarks } from '@/sync/marks'
import { Outbox } from '@/sync/outbox'
import { OwnChanges } from '@/sync/own'
import { Sender } from '@/sync/sender'
import { ChatSocket, type SocketState } from '@/transport/socket'
import { Oneself } from './oneself'
import type { EngineOptions } from './options'
import { passOn } from './passing'
import { sourceOf } from './source'
import { Waiting } from './waiting'

export class Engine {
  readonly me: number
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly catchup: Catchup
  readonly own: OwnChanges
  readonly oneself: Oneself
  readonly waiting: Waiting
  readonly socket: ChatSocket
  private readonly clock = new ServerClock()
  private epoch = 0
  private maxFrame: number = limits.frameBytes
  private readonly sender: Sender
  private readonly marks = new ReadMarks((frame) => this.socket.send(frame))
  /** The last frame about what is on the screen, '' before the first. */
  private looking = ''

  constructor(private readonly options: EngineOptions) {
    const { api, events, openSocket, store } = options
    this.me = api.userId
    this.inbox = new Inbox(this.me)
    this.outbox = new Outbox(this.me, store)
    this.own = new OwnChanges(this.outbox, this.me)
    this.waiting = new Waiting(api, events, this.outbox)
    this.catchup = new Catchup(sourceOf(api), this.inbox, {
      disk: options.disk,
      onInbox: () => this.listed(),
      onTimeline: (key, rows) => this.arrivedByCatchup(key, rows),
    })
    this.oneself = new Oneself({
      ...{ api, store, events, inbox: this.inbox, catchup: this.catchup, now: this.now },
      touched: (key) => this.touched(key),
    })
    this.socket = new ChatSocket({
      open: openSocket,
      onWelcome: (welcome) => this.welcomed(welcome),
      onFrame: (frame) => this.receive(frame),
      onState: (state) => this.connectionChanged(state),
      onDoubt: (doubted) => events.emit('doubt', doubted),
      onSessionLost: () => events.emit('sessionLost'),
      onRefused: () => events.emit('refused'),
    })
    this.sender = new Sender(this.outbox, this.socket)
    // It goes on from where an earlier page was.
    if (options.list) this.catchup.restore(options.list)
    if (options.list) this.marks.restore(options.list.rows)
  }

  start(): void {
    this.socket.start()
  }

  stop(): void {
    this.sender.stop()
    this.socket.stop()
    this.oneself.acts.disconnected()
    this.waiting.stop()
    this.catchup.clear()
    this.own.clear()
  }

  /** The time by the server's clock. */
  now = (): number => this.clock.now()

  /** Puts a message into the outbox and sends it as soon as it can be. Returns its cid. */
  send(key: ChatKey, content: Content, cid = newCid(this.now())): string {
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

  /** Puts a change to a stored message of a chat into the outbox; it is shown at once. */
  change(key: ChatKey, id: number, change: Change): void {
    const place = parseChatKey(key)
    if (!place) throw new RangeError(`not a chat key: ${key}`)
    const cid = newCid(this.now())
    const frame = { ...cleanChange(change), id, kind: place.kind, dstid: place.dstid, cid }
    this.outbox.addChange(frame, this.now())
    if (new Blob([changeFrame(frame)]).size > this.maxFrame) {
      this.refused({ cmd: Cmd.Error, cid, code: Code.TooLarge, msg: this.options.tooLarge() })
    }
    this.touched(key)
    this.flush()
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
    if (!this.catchup.read(key, seq)) return
    this.marks.add(key, seq)
    this.oneself.seen(key)
    this.options.events.emit('conversations')
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
        return this.readElsewhere(frame)
      case Cmd.Recall:
      case Cmd.Edit:
      case Cmd.Reaction:
      case Cmd.Pin:
      case Cmd.Preview:
        return this.changed(this.catchup.applyEvent(frame), frame)
      case Cmd.ContactChanged:
        // Somebody's read receipts may have come or gone.
        if (frame.what === 'updated') this.catchup.listing.news()
        return events.emit('contact', frame)
      case Cmd.ConversationChanged:
        return this.oneself.told(frame)
      case Cmd.Heartbeat:
        return this.clock.told(frame.now)
      case Cmd.Welcome:
        return // The socket's own business.
      default:
        return passOn(frame, events, this.me)
    }
  }

  private readElsewhere(frame: ReadEvent): void {
    const { userid, kind, dstid, seq } = frame
    const own = userid === this.me
    if (own ? this.catchup.read(chatKey(kind, dstid), seq) : this.inbox.applyPeerRead(frame))
      this.options.events.emit('conversations')
  }

  private arrived(message: Message): void {
    const { events } = this.options
    const own = message.userid === this.me
    if (own && message.cid && this.outbox.stored(message.cid)) this.flush()
    const key = this.catchup.applyLive(message)
    events.emit('timeline', key)
    events.emit('conversations')
    if (!own) events.emit('arrival', { key, message })
    else if (message.media === Media.RedPacket) events.emit('paid')
  }

  private arrivedByCatchup(key: ChatKey, rows: readonly Message[]): void {
    const stored = rows.filter(({ userid, cid }) => userid === this.me && cid && this.outbox.stored(cid))
    // Its ack will find nothing waiting: the list hears of it here.
    for (const row of stored) this.catchup.applyLive(row)
    if (stored.length > 0) this.flush()
    this.touched(key)
  }

  private changed(key: ChatKey, { id, cmd }: Pick<ChangeEvent, 'id' | 'cmd'>): void {
    this.touched(key)
    this.options.events.emit('changed', { key, id, cmd })
  }

  /** Something about the messages of a chat is different, and perhaps about the last of them. */
  private touched(key: ChatKey): void {
    this.own.settle((one) => this.catchup.reached(one))
    this.options.events.emit('timeline', key)
    this.options.events.emit('conversations')
  }

  private acked(ack: Ack): void {
    const change = this.outbox.ackedChange(ack.cid)
    if (change) {
      this.own.stored(change, ack.ver)
      this.catchup.expect(change.key, ack.ver)
      this.changed(change.key, change.change)
      return this.flush()
    }
    const message = this.outbox.acked(ack, this.me)
    if (!message) return
    const key = this.catchup.applyLive(message)
    this.options.events.emit('timeline', key)
    this.options.events.emit('conversations')
    this.flush()
  }

  private refused(error: ErrorFrame): void {
    const refused = this.outbox.refused(error, Date.now())
    if (refused) {
      this.touched(refused.key)
      this.options.events.emit('changeRefused', { change: refused.change, msg: error.msg })
    }
    this.flush()
  }

  private welcomed({ epoch, now, max_frame }: Welcome): void {
    this.clock.told(now)
    // Of another history nothing that one did is on its way any more.
    if (epoch !== this.epoch) {
      this.own.clear()
      this.oneself.acts.clearDone()
    }
    this.epoch = epoch
    this.maxFrame = max_frame
    if (this.looking) this.socket.send(this.looking)
    this.marks.tellAll()
    this.oneself.acts.connected()
    this.flush()
    this.options.events.emit('welcome')
    void this.catchup.welcomed(epoch)
  }

  private connectionChanged(state: SocketState): void {
    if (state !== 'online') {
      this.outbox.disconnected()
      this.catchup.disconnected()
      this.oneself.acts.disconnected()
      this.sender.stop()
    }
    this.options.events.emit('connection', { state, failures: this.socket.failures })
  }

  private flush(): void {
    this.sender.flush()
    this.options.events.emit('outbox')
  }

  private listed(): void {
    this.marks.settle((key) => this.inbox.confirmed(key))
    this.own.settle((key) => this.catchup.reached(key))
    this.oneself.listed()
    this.options.events.emit('conversations')
  }
}
