/**
 * The live connection: one WebSocket at a time, made again whenever it is lost.
 *
 * The connection counts as online from the server's welcome on. It is watched by heartbeats: one
 * that is not answered (a phone that slept, a network that changed) is given up and made anew. Long
 * before that it is in doubt, and the reader is told: a server may be slow, so the connection itself is
 * given some time, or all clients would come back at once to one that is busy.
 * Waiting times grow with each failure, see `backoff`; coming back online, showing the page and
 * `retryNow` end the wait. When the session has ended (4401) it stays closed.
 */
import { Cmd } from '@/protocol/codes'
import { heartbeatFrame, parseFrame, type ServerFrame, type Welcome } from '@/protocol/frames'
import { backoff } from './backoff'

export type SocketState = 'connecting' | 'online' | 'offline'

/** The part of a WebSocket that is used; tests bring their own. */
export interface RawSocket {
  send(frame: string): void
  close(code?: number): void
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
}

export interface SocketOptions {
  open: () => RawSocket
  onWelcome: (welcome: Welcome) => void
  onFrame: (frame: ServerFrame) => void
  onState: (state: SocketState) => void
  /** An answer is overdue on a connection that is still held for good; false when a frame came after all. */
  onDoubt?: (doubted: boolean) => void
  /** The server ended this session: log in again. */
  onSessionLost: () => void
  /** A handshake failed; the server may have refused the session, which a WebSocket cannot tell. */
  onRefused?: () => void
  random?: () => number
}

const Closed = { sessionLost: 4401 } as const

/** Milliseconds for the way from opening to the welcome. */
const welcomeDeadline = 10_000
/** Milliseconds for the answer to a heartbeat. */
const answerDeadline = 8_000
/** Milliseconds without any frame after which a connection that was asked something is in doubt. */
const doubtAfter = 1_200
/** A connection that lived this long (ms) was a good one: failures are counted from zero again. */
const goodAge = 10_000

export class ChatSocket {
  /** Attempts failed in a row. */
  failures = 0
  private state: SocketState = 'offline'
  private raw: RawSocket | null = null
  private stopped = true
  private welcomedAt = 0
  private beat = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private beatTimer: ReturnType<typeof setTimeout> | undefined
  private deadlineTimer: ReturnType<typeof setTimeout> | undefined
  private doubtTimer: ReturnType<typeof setTimeout> | undefined
  private doubted = false

  constructor(private readonly options: SocketOptions) {}

  get online(): boolean {
    return this.state === 'online'
  }

  start(): void {
    this.stopped = false
    this.connect()
  }

  /** Closes for good (log-out, leaving the page). */
  stop(): void {
    this.stopped = true
    this.drop()
    this.setState('offline')
  }

  /** Sends a frame; false when the connection is not there to take it. `answered`: the server will say something. */
  send(frame: string, answered = false): boolean {
    if (!this.raw || !this.online) return false
    this.raw.send(frame)
    if (answered) this.doubtSoon()
    return true
  }

  /** Asks a connection that seems fine whether it still is. */
  check(): void {
    if (!this.online) return
    this.sendHeartbeat()
    this.doubtSoon()
  }

  /** Ends a wait; checks a connection that seems fine, and replaces one that is in doubt. */
  retryNow(): void {
    if (this.stopped) return
    if (this.doubted) this.drop()
    if (this.raw) this.check()
    else this.connect()
  }

  private connect(): void {
    clearTimeout(this.retryTimer)
    this.setState('connecting')
    const raw = this.options.open()
    this.raw = raw
    this.expectWithin(welcomeDeadline)
    raw.onmessage = ({ data }) => {
      if (raw === this.raw) this.receive(data)
    }
    raw.onclose = ({ code }) => {
      if (raw === this.raw) this.lost(code)
    }
  }

  private receive(data: unknown): void {
    const frame = parseFrame(data)
    if (!this.online && frame?.cmd !== Cmd.Welcome) return
    this.expectNothing()
    this.trust()
    if (!frame) return
    if (frame.cmd === Cmd.Welcome) this.welcomed(frame)
    else this.options.onFrame(frame)
  }

  private welcomed(welcome: Welcome): void {
    this.welcomedAt = Date.now()
    this.beat = welcome.heartbeat * 1000
    this.scheduleHeartbeat()
    this.setState('online')
    this.options.onWelcome(welcome)
  }

  private scheduleHeartbeat(): void {
    clearTimeout(this.beatTimer)
    this.beatTimer = setTimeout(() => this.sendHeartbeat(), this.beat)
  }

  private sendHeartbeat(): void {
    this.raw?.send(heartbeatFrame)
    this.expectWithin(answerDeadline)
    this.scheduleHeartbeat()
  }

  /** Doubts the connection unless some frame comes soon. The first question counts. */
  private doubtSoon(): void {
    this.doubtTimer ??= setTimeout(() => {
      this.doubted = true
      this.options.onDoubt?.(true)
      if (this.raw) this.sendHeartbeat()
    }, doubtAfter)
  }

  private trust(): void {
    clearTimeout(this.doubtTimer)
    this.doubtTimer = undefined
    if (!this.doubted) return
    this.doubted = false
    this.options.onDoubt?.(false)
  }

  /** Gives the connection up unless some frame comes within so many ms. The first question counts. */
  private expectWithin(ms: number): void {
    this.deadlineTimer ??= setTimeout(() => this.lost(0), ms)
  }

  private expectNothing(): void {
    clearTimeout(this.deadlineTimer)
    this.deadlineTimer = undefined
  }

  private lost(code: number): void {
    const wasOnline = this.online
    this.drop()
    if (code === Closed.sessionLost) {
      this.stopped = true
      this.setState('offline')
      this.options.onSessionLost()
      return
    }
    if (wasOnline && Date.now() - this.welcomedAt >= goodAge) this.failures = 0
    this.failures += 1
    this.setState('offline')
    if (!wasOnline) this.options.onRefused?.()
    if (this.stopped) return
    this.retryTimer = setTimeout(() => this.connect(), backoff(this.failures, this.options.random))
  }

  private drop(): void {
    clearTimeout(this.retryTimer)
    clearTimeout(this.beatTimer)
    this.expectNothing()
    this.trust()
    const raw = this.raw
    this.raw = null
    if (!raw) return
    raw.onmessage = raw.onclose = null
    raw.close()
  }

  private setState(state: SocketState): void {
    if (state === this.state) return
    this.state = state
    this.options.onState(state)
  }
}

/** Opens the socket of a user at this page's server; without a token the cookie speaks. */
export function openSocket(
  userId: number,
  token: string,
  where: Pick<Location, 'protocol' | 'host'> = location,
): RawSocket {
  const scheme = where.protocol === 'https:' ? 'wss:' : 'ws:'
  const query = new URLSearchParams({ id: String(userId), v: '2', ...(token && { token }) })
  return new WebSocket(`${scheme}//${where.host}/chat?${query}`) as RawSocket
}

/**
 * Wakes the socket when the network or the reader comes back, and lets it ask whether the server is
 * still there when the browser says that the network has gone: one of this machine still is. Returns
 * what undoes it.
 */
export function wakeOnReturn(socket: ChatSocket, page: Window = window): () => void {
  const wake = () => {
    if (page.document.visibilityState === 'visible') socket.retryNow()
  }
  const check = () => socket.check()
  page.addEventListener('online', wake)
  page.addEventListener('offline', check)
  page.addEventListener('pageshow', wake)
  page.document.addEventListener('visibilitychange', wake)
  return () => {
    page.removeEventListener('online', wake)
    page.removeEventListener('offline', check)
    page.removeEventListener('pageshow', wake)
    page.document.removeEventListener('visibilitychange', wake)
  }
}
