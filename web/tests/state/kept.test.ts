/** What an earlier page has kept: drawn without a network, brought up to date with one, never taken for more than it is. */
import { expect, it } from 'vitest'
import type { ChatKey } from '@/protocol/conversations'
import { readKept } from '@/state/kept'
import { Disk } from '@/store/disk'
import { useFreshDisk } from '../fake-disk'
import {
  engine,
  listed,
  me,
  openPage,
  reloadKept,
  server,
  settle,
  shown,
  stored,
  text,
  useEngine,
} from '../fake-engine'

useEngine()
useFreshDisk()

const chat: ChatKey = '10/42'

/** A page that has read some messages, and ends. */
async function earlier(count = 5): Promise<void> {
  await reloadKept()
  await settle(2_000)
  for (let n = 1; n <= count; n++) server.write(chat, 42, `m${n}`)
  await settle(2_000)
  await opened()
  await settle(2_000)
}

/** The network is gone: no connection, no answer. */
function unplug(): void {
  server.cut()
  server.faults.failCall = 1
  server.connect = () => ({ send: () => undefined, close: () => undefined, onmessage: null, onclose: null })
}

async function opened(key: ChatKey = chat, at = {}): Promise<void> {
  await Promise.all([engine.catchup.open(key, at), settle(100)])
}

it('list and messages are there without a network, and what came meanwhile with one', async () => {
  await earlier()
  const before = listed()
  const { connect } = server
  unplug()
  await reloadKept()
  expect(listed()).toEqual(before)
  await opened()
  expect(shown(chat)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
  server.write(chat, 42, 'm6')
  server.edit(chat, 2, 'other')
  server.faults.failCall = 0
  server.connect = connect
  engine.stop()
  await reloadKept()
  await opened()
  await settle()
  expect(shown(chat)).toEqual(['m1', 'other', 'm3', 'm4', 'm5', 'm6'])
  expect(listed()).toMatchObject({ [chat]: { unread: 6, seq: 6 } })
})

it('asks only for what has changed since', async () => {
  server.write('11/3', 51, 'g1')
  await earlier()
  server.listed.length = server.paged.length = 0
  await reloadKept()
  await settle(2_000)
  await opened()
  expect(server.listed).toEqual([{ before: 0, after: expect.any(Number) }])
  expect(server.paged).toEqual([])
})

it('a message that came to a chat that was never opened is there, and the reader sees what is not', async () => {
  await earlier(80)
  server.write('10/7', 7, 'n1')
  for (let n = 1; n <= 60; n++) server.write('11/3', 51, `g${n}`)
  await settle(2_000)
  unplug()
  await reloadKept()
  await opened('11/3')
  expect(shown('11/3')).toHaveLength(60)
  await opened()
  const timeline = engine.catchup.timeline(chat)!
  expect(shown(chat).at(-1)).toBe('m80')
  // All came live, so all are there.
  expect(await engine.catchup.history.older(chat).catch(() => 'no')).toBe(false)
  expect(timeline.holes.size).toBe(0)
})

it('shows where messages are missing, and closes the hole when the network is back', async () => {
  await earlier(5)
  const { connect } = server
  // Many come while the page is closed; the next one only sees its list.
  engine.stop()
  for (let n = 6; n <= 90; n++) server.write(chat, 42, `m${n}`)
  await reloadKept()
  await settle(2_000)
  unplug()
  await reloadKept()
  await opened()
  expect(shown(chat)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm90'])
  expect([...engine.catchup.timeline(chat)!.holes]).toEqual([90])
  server.faults.failCall = 0
  server.connect = connect
  engine.socket.stop()
  engine.start()
  await settle()
  expect(engine.catchup.timeline(chat)!.holes.size).toBe(0)
  expect(shown(chat)).toEqual(stored(chat).slice(-shown(chat).length))
  expect(shown(chat).length).toBeGreaterThan(40)
})

it('what was read without a network is told when there is one', async () => {
  await earlier()
  const { connect } = server
  unplug()
  await reloadKept()
  engine.markRead(chat, 4)
  await settle(1_000)
  await reloadKept()
  expect(listed()).toMatchObject({ [chat]: { read: 4, unread: 1 } })
  server.faults.failCall = 0
  server.connect = connect
  await reloadKept()
  await settle()
  expect(server.read.get(chat)).toBe(4)
})

it('another history drops what was kept, but not what waits to be sent', async () => {
  await earlier()
  const { connect } = server
  unplug()
  await reloadKept()
  engine.send(chat, text('mine'))
  await settle(1_000)
  server.log.clear()
  server.read.clear()
  server.epoch = 101
  server.faults.failCall = 0
  server.connect = connect
  await reloadKept()
  expect(engine.outbox.items).toHaveLength(1)
  await settle()
  expect(stored(chat)).toEqual(['mine'])
  await opened()
  expect(shown(chat)).toEqual(['mine'])
  engine.stop()
  await settle(1_000)
  const all = new Disk(me).all()
  await settle(100)
  expect([...(await all).values()].flatMap(({ rows }) => rows.map(({ content }) => content))).toEqual(['mine'])
})

it('what is hidden, cleared or recalled is not on the disk, wherever it stood', async () => {
  await earlier(70)
  const id = server.rows(chat)[60].id
  engine.oneself.do(chat, { do: 'clear', seq: 10 })
  engine.oneself.do(chat, { do: 'hide', ids: [id] })
  server.alter(chat, 42, { cmd: 14, id: server.rows(chat)[11].id })
  await settle(5_000)
  engine.stop()
  await settle(1_000)
  const disk = new Disk(me)
  const all = disk.all()
  await settle(100)
  const rows = (await all).get(chat)!.rows
  expect(rows.map(({ seq }) => seq)).toEqual(server.visible(chat).map(({ seq }) => seq))
  expect(rows.find(({ seq }) => seq === 12)).toMatchObject({ recalled: 1 })
})

it('two pages of one user write in any order, and each state is a true one', async () => {
  await earlier()
  const first = engine
  const disk = new Disk(me)
  const reading = readKept(disk)
  await settle(100)
  openPage(disk, (await reading).inbox)
  await settle(2_000)
  server.write(chat, 42, 'm6')
  server.write('11/3', 51, 'g1')
  await settle(2_000)
  first.stop()
  await settle(500)
  unplug()
  await reloadKept()
  await opened()
  expect(shown(chat)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
  expect(listed()).toMatchObject({ '11/3': { seq: 1 } })
})

it('the disk has its bounds: what is oldest goes first, and the reader sees that it is not there', async () => {
  await earlier(200)
  server.write('11/3', 51, 'g1')
  await settle(1_000)
  engine.stop()
  await settle(500)
  const disk = new Disk(me)
  const tidied = disk.tidy([chat, '11/3'], { each: 128, all: 128 }).then(() => disk.all())
  await settle(200)
  const left = await tidied
  expect(left.get(chat)!.rows.map(({ seq }) => seq)).toEqual(
    server
      .rows(chat)
      .slice(127)
      .map(({ seq }) => seq),
  )
  expect(left.get('11/3')!.rows).toEqual([])
  unplug()
  await reloadKept()
  await opened()
  expect(engine.catchup.timeline(chat)).toMatchObject({ hasOlder: true })
  const older = () => Promise.all([engine.catchup.history.older(chat).catch(() => 'no'), settle(500)])
  while ((await older())[0] === true);
  expect(shown(chat)).toEqual(stored(chat).slice(127))
})

it('a database that is deleted under the page costs nothing but itself', async () => {
  await earlier()
  const gone = indexedDB.deleteDatabase(`magpie:${me}`)
  await settle(1_000)
  expect(gone.readyState).toBe('done')
  server.write(chat, 42, 'm6')
  await settle(2_000)
  await opened()
  expect(shown(chat)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual([])
})
