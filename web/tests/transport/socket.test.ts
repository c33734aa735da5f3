import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerFrame } from '@/protocol/frames'
import { backoff } from '@/transport/backoff'
import { ChatSocket, openSocket, wakeOnReturn, type RawSocket, type SocketState } from '@/transport/socket'
import { wire } from '../wire'

/** One connection as the server has it. */
class FakeSocket implements RawSocket {
  sent: string[] = []
  closed = false
  onmessage: RawSocket['onmessage'] = null
  onclose: RawSocket['onclose'] = null

  send(frame: string): void {
    this.sent.push(frame)
  }

  close(): void {
    this.closed = true
  }

  says(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) })
  }

  welcome(): void {
    this.says(wire('welcome').frame)
  }

  ends(code = 1006): void {
    this.onclose?.({ code })
  }
}

let raws: FakeSocket[]
let states: SocketState[]
let frames: ServerFrame[]
let doubts: boolean[]
let lost: number
let refused: number
let socket: ChatSocket

const raw = () => raws.at(-1)!
const beat = wire('welcome').frame.heartbeat * 1000

beforeEach(() => {
  vi.useFakeTimers()
  raws = []
  states = []
  frames = []
  doubts = []
  lost = refused = 0
  socket = new ChatSocket({
    open: () => {
      raws.push(new FakeSocket())
      return raw()
    },
    onWelcome: () => undefined,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onDoubt: (doubted) => doubts.push(doubted),
    onSessionLost: () => lost++,
    onRefused: () => refused++,
    random: () => 1,
  })
  socket.start()
})

afterEach(() => {
  socket.stop()
  vi.useRealTimers()
})

describe('a connection', () => {
  it('is online from the welcome on, not before', () => {
    expect(socket.send('x')).toBe(false)
    expect(states).toEqual(['connecting'])
    raw().welcome()
    expect(states).toEqual(['connecting', 'online'])
    expect(socket.send('x')).toBe(true)
    expect(raw().sent).toEqual(['x'])
  })

  it('hands on frames and ignores noise', () => {
    raw().welcome()
    raw().says(wire('ack').frame)
    for (const noise of wire('hostile').frames) raw().says(noise)
    raw().onmessage?.({ data: new ArrayBuffer(8) })
    expect(frames).toEqual([wire('ack').frame])
  })

  it('is given up when no welcome comes', () => {
    vi.advanceTimersByTime(10_000)
    expect(raw().closed).toBe(true)
    expect(states.at(-1)).toBe('offline')
  })

  it('is given up when a heartbeat is not answered', () => {
    raw().welcome()
    vi.advanceTimersByTime(beat)
    expect(raw().sent).toEqual(['{"cmd":0}'])
    vi.advanceTimersByTime(8_000)
    expect(raw().closed).toBe(true)
    expect(states.at(-1)).toBe('offline')
  })

  it('lives on while heartbeats are answered', () => {
    raw().welcome()
    for (let beats = 0; beats < 20; beats++) {
      vi.advanceTimersByTime(beat)
      raw().says(wire('heartbeat').frame)
    }
    expect(raws).toHaveLength(1)
    expect(raw().sent).toHaveLength(20)
  })
})

describe('a lost connection', () => {
  it('is made again after growing times, up to seven and a half seconds', () => {
    const waits: number[] = []
    for (let tries = 0; tries < 9; tries++) {
      raw().ends()
      const count = raws.length
      let waited = 0
      while (raws.length === count) {
        vi.advanceTimersByTime(100)
        waited += 100
      }
      waits.push(waited)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 7_500, 7_500, 7_500, 7_500, 7_500, 7_500])
    expect(refused).toBe(9)
  })

  it.each([1006, 1012, 4008, 1001])('resumes after close code %i, at once after a long good time', (code) => {
    raw().welcome()
    for (let beats = 0; beats < 3; beats++) {
      vi.advanceTimersByTime(beat)
      raw().says(wire('heartbeat').frame)
    }
    raw().ends(code)
    vi.advanceTimersByTime(1_000)
    expect(raws).toHaveLength(2)
    expect(refused).toBe(0)
  })

  it('is not hammered when the server greets and hangs up each time', () => {
    for (let tries = 0; tries < 6; tries++) {
      raw().welcome()
      raw().ends(1008)
      vi.runOnlyPendingTimers()
    }
    expect(socket.failures).toBe(6)
  })

  it('stays closed when the session has ended', () => {
    raw().welcome()
    raw().ends(4401)
    vi.advanceTimersByTime(600_000)
    expect(lost).toBe(1)
    expect(raws).toHaveLength(1)
    socket.retryNow()
    expect(raws).toHaveLength(1)
  })

  it('says nothing more once replaced', () => {
    const first = raw()
    vi.advanceTimersByTime(10_000)
    vi.advanceTimersByTime(1_000)
    raw().welcome()
    expect(first.onmessage).toBeNull()
    first.ends()
    expect(socket.online).toBe(true)
  })

  it('draws its waiting time at random', () => {
    expect(backoff(3, () => 0)).toBe(0)
    expect(backoff(3, () => 0.5)).toBe(2_000)
    expect(backoff(50, () => 1)).toBe(7_500)
  })
})

describe('coming back', () => {
  function page() {
    const listeners = new Map<string, () => void>()
    const document = {
      visibilityState: 'visible',
      addEventListener: (name: string, listen: () => void) => listeners.set(name, listen),
      removeEventListener: (name: string) => listeners.delete(name),
    }
    const window = {
      document,
      addEventListener: document.addEventListener,
      removeEventListener: document.removeEventListener,
    }
    return { listeners, document, window: window as unknown as Window }
  }

  it('ends the wait when the network or the reader returns', () => {
    const { listeners, window } = page()
    const undo = wakeOnReturn(socket, window)
    raw().ends()
    listeners.get('online')!()
    expect(raws).toHaveLength(2)
    raw().ends()
    listeners.get('visibilitychange')!()
    expect(raws).toHaveLength(3)
    undo()
    expect(listeners.size).toBe(0)
  })

  it('does nothing while the page is hidden', () => {
    const { listeners, document, window } = page()
    wakeOnReturn(socket, window)
    document.visibilityState = 'hidden'
    raw().ends()
    listeners.get('online')!()
    expect(raws).toHaveLength(1)
  })

  it('asks a connection that seems fine whether it still is', () => {
    raw().welcome()
    socket.retryNow()
    expect(raw().sent).toEqual(['{"cmd":0}'])
    vi.advanceTimersByTime(8_000)
    expect(raw().closed).toBe(true)
  })

  it('doubts a connection that owes an answer long before it is given up, and trusts it again', () => {
    raw().welcome()
    socket.send('x')
    vi.advanceTimersByTime(1_900)
    expect(doubts).toEqual([])
    socket.send('x', true)
    vi.advanceTimersByTime(1_900)
    expect(doubts).toEqual([true])
    expect(states.at(-1)).toBe('online')
    raw().says(wire('heartbeat').frame)
    expect(doubts).toEqual([true, false])
    vi.advanceTimersByTime(8_000)
    expect(states.at(-1)).toBe('online')
  })

  it('asks at once when the browser says that the network has gone, and makes a doubted connection anew', () => {
    const { listeners, window } = page()
    wakeOnReturn(socket, window)
    raw().welcome()
    listeners.get('offline')!()
    expect(raw().sent).toEqual(['{"cmd":0}'])
    vi.advanceTimersByTime(1_900)
    expect(doubts).toEqual([true])
    listeners.get('online')!()
    expect(raws).toHaveLength(2)
    expect(doubts).toEqual([true, false])
  })

  it('does not open a second connection beside one that is being made', () => {
    socket.retryNow()
    expect(raws).toHaveLength(1)
  })
})

it('opens the address of the contract, with a token only when there is one', () => {
  const opened: string[] = []
  vi.stubGlobal(
    'WebSocket',
    class {
      constructor(url: string) {
        opened.push(url)
      }
    },
  )
  openSocket(7, '', { protocol: 'http:', host: 'a:1' })
  openSocket(7, 'a+b', { protocol: 'https:', host: 'b' })
  vi.unstubAllGlobals()
  expect(opened).toEqual(['ws://a:1/chat?id=7&v=2', 'wss://b/chat?id=7&v=2&token=a%2Bb'])
})
