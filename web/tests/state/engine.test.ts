import { describe, expect, it } from 'vitest'
import { engine, me, reload, server, settle, shown, stored, text, useEngine } from '../fake-engine'

useEngine()

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
    server.most = 3
    for (let user = 100; user < 110; user++) server.write(`10/${user}`, user, 'hello')
    for (let count = 0; count < 20; count++) server.write('11/3', 42, `m${count}`)
    reload()
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
