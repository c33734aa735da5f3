import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '@/protocol/changes'
import { chatKey, type ChatKey } from '@/protocol/conversations'
import type { Content } from '@/protocol/messages'
import type { OwnAct } from '@/protocol/own'
import { Engine } from '@/state/engine'
import { Emitter } from '@/state/events'
import { MemoryStore } from '@/state/storage'
import { Api } from '@/transport/api'
import { FakeServer } from '../fake-server'
import { Random, seeds } from '../random'

const me = 7
let server: FakeServer
let store: MemoryStore
let engine: Engine

/** A page of the user is opened (again). */
function openPage(): Engine {
  const sentences = () => ({ network: 'n', answer: 'a', cancelled: 'c' })
  const api = new Api({ userId: me, language: () => 'zh', sentences, fetch: server.fetch as unknown as typeof fetch })
  const opened = new Engine({
    api,
    openSocket: server.connect,
    store,
    events: new Emitter(),
    tooLarge: () => 'too long',
  })
  opened.start()
  return opened
}

const text = (content: string): Content => ({ media: 1, content })
const settle = (ms = 120_000) => vi.advanceTimersByTimeAsync(ms)
const shown = (key: ChatKey) => engine.catchup.timeline(key)?.messages.map(({ content }) => content) ?? []
const stored = (key: ChatKey) => server.rows(key).map(({ content }) => content)

/** The list as its reader sees it. The number of the last change is known only where the server has been asked since. */
const listed = () => {
  const shown = [...engine.oneself.acts.shownRows(engine.inbox.rows).values()].filter(({ last }) => last)
  return Object.fromEntries(shown.map(({ change: _change, ...row }) => [chatKey(row.kind, row.dstid), row]))
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  server = new FakeServer(me, new Random(1))
  store = new MemoryStore()
  engine = openPage()
})

afterEach(() => {
  vi.restoreAllMocks()
  engine.stop()
  vi.useRealTimers()
})

describe('sending', () => {
  it('moves a message from the outbox to its place in the chat', async () => {
    await settle(1_000)
    await Promise.all([engine.catchup.open('10/42'), settle(1_000)])
    const cid = engine.send('10/42', text('你好'))
    expect(engine.outbox.items).toMatchObject([{ state: 'pending', message: { cid } }])
    await settle(1_000)
    expect(engine.outbox.items).toEqual([])
    expect(engine.catchup.timeline('10/42')?.messages).toMatchObject([{ cid, seq: 1, userid: me, content: '你好' }])
  })

  it('keeps what is written offline and sends it in order after the welcome', async () => {
    for (const word of ['一', '二', '三']) engine.send('10/42', text(word))
    expect(engine.outbox.items).toHaveLength(3)
    await settle()
    expect(stored('10/42')).toEqual(['一', '二', '三'])
    expect(engine.outbox.items).toEqual([])
    expect(engine.inbox.get('10/42')).toMatchObject({ seq: 3, unread: 0, last: { content: '三' } })
  })

  it('keeps the text of a refused message and goes on with the next', async () => {
    engine.send('10/42', text('forbidden'))
    engine.send('10/42', text('fine'))
    await settle()
    expect(stored('10/42')).toEqual(['fine'])
    expect(engine.outbox.items).toMatchObject([
      { state: 'failed', reason: '没有权限', message: { content: 'forbidden' } },
    ])
  })

  it('does not send what no frame can hold', async () => {
    engine.send('10/42', text('长'.repeat(30_000)))
    await settle()
    expect(engine.outbox.items).toMatchObject([{ state: 'failed', reason: 'too long' }])
    expect(server.attempts).toBe(0)
  })
})

describe('a second welcome', () => {
  it('has the page ask for what it was not told, and changes nothing else', async () => {
    server.write('10/42', 42, 'told')
    await settle(1_000)
    await Promise.all([engine.catchup.open('10/42'), settle(1_000)])
    server.faults.losePush = 1
    server.write('10/42', 42, 'lost on the way')
    server.write('10/43', 43, 'lost, too')
    server.faults.losePush = 0
    await settle(20_000)
    expect(shown('10/42')).toEqual(['told'])
    server.tell({ cmd: 3, epoch: server.epoch, now: Date.now(), heartbeat: 25, max_frame: 65_536 })
    await settle(2_000)
    expect(shown('10/42')).toEqual(['told', 'lost on the way'])
    expect(engine.inbox.get('10/43')).toMatchObject({ unread: 1, last: { content: 'lost, too' } })
  })
})

describe('reading', () => {
  it('tells the server once, and again after a connection that was not there', async () => {
    server.write('10/42', 42, 'hello')
    await settle(5_000)
    server.cut()
    engine.markRead('10/42', 1)
    expect(engine.inbox.get('10/42')).toMatchObject({ read: 1, unread: 0 })
    await settle()
    expect(server.read.get('10/42')).toBe(1)
    expect(engine.inbox.get('10/42')).toMatchObject({ read: 1, unread: 0 })
  })
})

describe('a read mark', () => {
  it('comes to the server though a cut lost it, and is told no more once it has come', async () => {
    for (const word of ['a', 'b']) server.write('10/42', 42, word)
    await settle(5_000)
    engine.markRead('10/42', 1)
    server.cut()
    await settle()
    expect(server.read.get('10/42')).toBe(1)
    server.cut()
    await settle()
    server.read.clear()
    server.cut()
    await settle()
    expect(server.read.size).toBe(0)
  })
})

describe('catching up', () => {
  it('shows what came while offline, and edits of what is shown', async () => {
    for (const word of ['a', 'b']) server.write('10/42', 42, word)
    await settle(5_000)
    await Promise.all([engine.catchup.open('10/42'), settle(1_000)])
    server.cut()
    server.write('10/42', 42, 'c')
    server.edit('10/42', 1, 'a!')
    await settle()
    expect(shown('10/42')).toEqual(['a!', 'b', 'c'])
    expect(engine.inbox.get('10/42')).toMatchObject({ seq: 3, ver: 4 })
  })

  it('takes more than one answer when much has changed', async () => {
    server.write('11/3', 42, 'first')
    await settle(5_000)
    await Promise.all([engine.catchup.open('11/3'), settle(1_000)])
    server.cut()
    for (let count = 0; count < 900; count++) server.write('11/3', 42, `m${count}`)
    await settle()
    expect(shown('11/3')).toEqual(stored('11/3'))
  })

  it('leaves the reader where they were after a very long absence; the rest comes by scrolling', async () => {
    server.write('11/3', 42, 'first')
    await settle(5_000)
    await Promise.all([engine.catchup.open('11/3'), settle(1_000)])
    server.cut()
    for (let count = 0; count < 1_500; count++) server.write('11/3', 42, `m${count}`)
    await settle()
    const { length } = shown('11/3')
    expect(length).toBeLessThan(100)
    expect(shown('11/3')).toEqual(stored('11/3').slice(0, length))
    await Promise.all([engine.catchup.history.newer('11/3'), settle(1_000)])
    expect(shown('11/3')).toEqual(stored('11/3').slice(0, length + 50))
    server.write('11/3', 42, 'live')
    await settle()
    expect(engine.catchup.timeline('11/3')).toMatchObject({ hasNewer: true, messages: { length: length + 50 } })
    await Promise.all([engine.catchup.history.newest('11/3'), settle(1_000)])
    expect(shown('11/3')).toEqual(stored('11/3').slice(-50))
  })

  it('knows what is unread after a part of it was read, here or elsewhere', async () => {
    for (let count = 0; count < 300; count++) server.write('11/3', count % 3 ? 42 : me, `m${count}`)
    await settle(5_000)
    expect(engine.inbox.get('11/3')?.unread).toBe(200)
    engine.markRead('11/3', 100)
    await settle(5_000)
    expect(engine.inbox.get('11/3')).toMatchObject({ read: 100, unread: server.unread('11/3') })
    server.markRead('11/3', 200)
    server.tell({ cmd: 13, kind: 11, dstid: 3, userid: me, seq: 200 })
    await settle(5_000)
    expect(engine.inbox.get('11/3')).toMatchObject({ read: 200, unread: server.unread('11/3') })
  })

  it('fills a gap without waiting for a reconnect', async () => {
    server.write('10/42', 42, 'a')
    await settle(5_000)
    await Promise.all([engine.catchup.open('10/42'), settle(1_000)])
    server.faults.losePush = 1
    server.write('10/42', 42, 'lost')
    server.faults.losePush = 0
    server.write('10/42', 42, 'c')
    await settle(1_000)
    expect(shown('10/42')).toEqual(['a', 'lost', 'c'])
  })

  it('asks after an absence only for the conversations that have changed', async () => {
    for (let user = 100; user < 110; user++) server.write(`10/${user}`, user, 'hello')
    await settle(5_000)
    server.cut()
    server.write('10/103', 103, 'again')
    server.markRead('10/104', 1)
    server.mark('10/105', { peer_read: 1, pinned: 1, muted: 1 })
    await settle()
    expect(server.listed).toEqual([{ before: 0 }, { before: 0, after: 10 }])
    expect(engine.inbox.get('10/103')).toMatchObject({ seq: 2, unread: 2 })
    expect(engine.inbox.get('10/104')).toMatchObject({ read: 1, unread: 0 })
    expect(engine.inbox.get('10/105')).toMatchObject({ peer_read: 1, pinned: 1, muted: 1 })
    expect(engine.inbox.get('10/106')).toMatchObject({ seq: 1, unread: 1 })
  })

  it('reads a list to its end, wherever the answers are cut', async () => {
    engine.stop()
    server.most = 3
    for (let user = 100; user < 110; user++) server.write(`10/${user}`, user, 'hello')
    for (let count = 0; count < 20; count++) server.write('11/3', 42, `m${count}`)
    engine = openPage()
    await settle(5_000)
    expect(engine.inbox.rows.size).toBe(11)
    await Promise.all([engine.catchup.open('11/3'), settle(1_000)])
    while (engine.catchup.timeline('11/3')?.hasOlder)
      await Promise.all([engine.catchup.history.older('11/3'), settle(1_000)])
    server.cut()
    for (let user = 100; user < 110; user++) server.write(`10/${user}`, user, 'again')
    for (let count = 20; count < 30; count++) server.write('11/3', 42, `m${count}`)
    await settle()
    expect([...engine.inbox.rows.values()].every(({ unread }) => unread === 2 || unread === 30)).toBe(true)
    expect(shown('11/3')).toEqual(stored('11/3'))
  })

  it('drops everything it knew when the database was restored', async () => {
    for (const word of ['a', 'b', 'c']) server.write('10/42', 42, word)
    await settle(5_000)
    await Promise.all([engine.catchup.open('10/42'), settle(1_000)])
    server.epoch += 1
    server.log.clear()
    server.write('10/42', 42, 'other')
    server.cut(1012)
    await settle()
    expect(shown('10/42')).toEqual(['other'])
    expect(engine.inbox.get('10/42')).toMatchObject({ seq: 1 })
  })
})

describe('any network', () => {
  it.each(seeds)('loses nothing, doubles nothing, keeps the order (%i)', async (seed) => {
    engine.stop()
    const random = new Random(seed)
    // The pauses before a reconnect are dice, too: what was seen once is seen again.
    vi.spyOn(Math, 'random').mockImplementation(random.next)
    server = new FakeServer(me, random)
    engine = openPage()
    server.faults = { losePush: 0.3, slowDown: 0.2, failCall: 0.2 }
    if (random.chance(0.5)) server.most = 1 + random.below(10)
    const chats: ChatKey[] = ['10/42', '11/3', '10/7']
    const written = new Map<ChatKey, string[]>(chats.map((key) => [key, []]))
    for (let step = 0; step < 120; step++) {
      const key = chats[random.below(chats.length)]
      const dice = random.below(100)
      if (dice < 35) {
        written.get(key)!.push(`own ${step}`)
        engine.send(key, text(`own ${step}`))
      } else if (dice < 65 && key !== '10/7') server.write(key, 42, `theirs ${step}`)
      else if (dice < 70 && server.rows(key).length > 0)
        server.edit(key, 1 + random.below(server.rows(key).length), `edited ${step}`)
      else if (dice < 74 && server.rows(key).length > 0) {
        // Both devices of the reader, and the other one, work on the last messages.
        const rows = server.rows(key)
        const { id, userid } = rows[rows.length - 1 - random.below(Math.min(rows.length, 5))]
        const who = [me, me, key === '10/7' ? me : 42][random.below(3)]
        const change = [
          { cmd: 14 },
          { cmd: 15, content: `edited ${step}` },
          { cmd: 16, content: '👍', amount: random.chance(0.7) ? 1 : -1 },
          { cmd: 16, content: '🎉', amount: 1 },
          { cmd: 19, amount: random.chance(0.7) ? 1 : -1 },
        ][random.below(5)] as Change
        if (change.cmd <= 15 && userid !== who) continue
        if (random.chance(0.5) || who !== me) server.alter(key, who, { ...change, id })
        else engine.change(key, id, change)
      } else if (dice < 76 && server.rows(key).length > 0) {
        const rows = server.rows(key)
        const { id, seq } = rows[random.below(rows.length)]
        const flag = (['pinned', 'muted', 'archived', 'marked'] as const)[random.below(4)]
        const act: OwnAct[] = [
          { do: 'set', flags: { [flag]: random.chance(0.6) ? 1 : 0 } },
          { do: 'hide', ids: [id, rows.at(-1)!.id].slice(random.below(2)) },
          { do: 'clear', seq: random.chance(0.7) ? Math.max(1, seq - 10) : rows.length },
          { do: 'read', seq },
        ]
        const done = act[random.below(4)]
        if (random.chance(0.5)) server.oneself(key, done)
        else engine.oneself.do(key, done)
      } else if (dice < 78) server.cut(random.chance(0.5) ? 1012 : 1006)
      else if (dice < 82) {
        engine.stop()
        engine = openPage()
      } else if (dice < 85) server.markRead(key, random.below(server.rows(key).length + 1))
      else if (dice < 92) {
        const seq = 1 + random.below(server.rows(key).length + 1)
        const at = [{}, { seq }, { unread: seq - 1 }][random.below(3)]
        engine.catchup.open(key, at).catch(() => undefined)
      } else if (dice < 94) engine.markRead(key, 1 + random.below(server.rows(key).length + 1))
      else if (dice < 97) engine.catchup.history.newer(key).catch(() => undefined)
      else engine.catchup.history.older(key).catch(() => undefined)
      await vi.advanceTimersByTimeAsync(random.below(2_000))
    }
    server.faults = { losePush: 0, slowDown: 0, failCall: 0 }
    // Twice: a read mark that is told again after the first may end a mark as unread that another device made.
    for (let times = 0; times < 2; times++) {
      server.cut()
      await settle(300_000)
    }

    expect(engine.outbox).toMatchObject({ items: [], changes: [] })
    expect(store.length).toBe(0)
    for (const key of chats) {
      const own = server.rows(key).filter(({ userid }) => userid === me)
      expect(new Set(own.map(({ cid }) => cid)).size).toBe(own.length)
      expect(own.map(({ content, edited, recalled }) => edited ?? recalled ?? content)).toEqual(
        written.get(key)!.map((word, index) => own[index].edited ?? own[index].recalled ?? word),
      )
      await Promise.all([engine.catchup.open(key), settle(5_000)])
      const window = engine.catchup.timeline(key)!.messages
      const seen = server.visible(key).map((row) => server.seen(row))
      expect(window).toEqual(window.length > 0 ? seen.slice(-window.length) : [])
      expect(engine.own.shown(key, window)).toBe(window)
      expect(engine.oneself.acts.shown(key, window)).toBe(window)
      const row = engine.inbox.get(key)
      // A fresh page is not told of a conversation of which nothing is left.
      if (seen.length > 0) {
        expect(row?.seq ?? 0).toBe(server.rows(key).length)
        expect(row?.read ?? 0).toBe(server.read.get(key) ?? 0)
      }
      expect(row?.unread ?? 0).toBe(server.unread(key))
      expect(row?.last ?? null).toEqual(seen.at(-1) ?? null)
    }
    expect(engine.oneself.acts.waiting).toEqual([])
    const before = listed()
    engine.stop()
    engine = openPage()
    await settle(5_000)
    expect(before).toEqual(listed())
  })
})
