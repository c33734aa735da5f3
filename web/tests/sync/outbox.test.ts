import { beforeEach, describe, expect, it } from 'vitest'
import type { OutgoingMessage } from '@/protocol/messages'
import { MemoryStore } from '@/state/storage'
import { cidOf, Outbox } from '@/sync/outbox'

let store: MemoryStore
let outbox: Outbox

function message(cid: string, dstid = 42): OutgoingMessage {
  return { cmd: 10, dstid, media: 1, content: `text of ${cid}`, cid }
}

function due(now: number): string[] {
  return outbox.due(now).map(cidOf)
}

function ack(cid: string, seq = 1) {
  return outbox.acked({ cmd: 1, cid, id: seq, seq, ver: seq, createat: 5, kind: 10, dstid: 42 }, 7)
}

beforeEach(() => {
  store = new MemoryStore()
  outbox = new Outbox(7, store)
})

describe('order', () => {
  it('has one message of a chat on its way at a time, and chats side by side', () => {
    outbox.add(message('a'), 0)
    outbox.add(message('b'), 0)
    outbox.add(message('other', 43), 0)
    expect(due(0)).toEqual(['a', 'other'])
    outbox.sent('a', 0)
    outbox.sent('other', 0)
    expect(due(0)).toEqual([])
    expect(ack('a')).toMatchObject({ content: 'text of a', seq: 1, userid: 7 })
    expect(due(0)).toEqual(['b'])
  })

  it('sends everything again after a reconnect, in order and under the same cids', () => {
    outbox.add(message('a'), 0)
    outbox.add(message('b'), 0)
    outbox.sent('a', 0)
    outbox.disconnected()
    expect(due(1)).toEqual(['a'])
    ack('a')
    expect(due(1)).toEqual(['b'])
  })

  it('asks again when an ack does not come', () => {
    outbox.add(message('a'), 0)
    outbox.sent('a', 0)
    expect(due(19_999)).toEqual([])
    expect(outbox.nextDue(1_000)).toBe(20_000)
    expect(due(20_000)).toEqual(['a'])
  })
})

describe('refusals', () => {
  it('waits as long as the server says, with the rest of the chat behind', () => {
    outbox.add(message('a'), 0)
    outbox.add(message('b'), 0)
    outbox.sent('a', 100)
    outbox.refused({ cid: 'a', code: -429, msg: 'slow', retry_after: 2 }, 100)
    expect(due(2_000)).toEqual([])
    expect(outbox.nextDue(100)).toBe(2_100)
    expect(due(2_100)).toEqual(['a'])
    expect(outbox.items[0].state).toBe('pending')
  })

  it('keeps a refused message with the reason until it is retried or removed, and lets the next go', () => {
    outbox.add(message('a'), 0)
    outbox.add(message('b'), 0)
    outbox.sent('a', 0)
    outbox.refused({ cid: 'a', code: -403, msg: '没有权限' }, 0)
    expect(outbox.items[0]).toMatchObject({ state: 'failed', reason: '没有权限', message: { content: 'text of a' } })
    expect(due(0)).toEqual(['b'])
    ack('b')
    outbox.retry('a')
    expect(due(0)).toEqual(['a'])
    expect(outbox.items[0].reason).toBeUndefined()
    outbox.remove('a')
    expect(outbox.items).toEqual([])
  })

  it('ignores acks and refusals of what it does not have', () => {
    outbox.add(message('a'), 0)
    expect(ack('unknown')).toBeNull()
    outbox.refused({ cid: 'unknown', code: -400, msg: '' }, 0)
    outbox.refused({ code: -400, msg: '' }, 0)
    expect(outbox.items).toHaveLength(1)
  })
})

describe('a reload', () => {
  it('loses no text, keeps the order, and knows what had failed', () => {
    for (const cid of ['z', 'a', 'm']) outbox.add(message(cid), 1000)
    outbox.refused({ cid: 'a', code: -400, msg: 'no' }, 0)
    const again = new Outbox(7, store)
    expect(again.items).toEqual(outbox.items)
    expect(again.due(0).map(cidOf)).toEqual(['z'])
  })

  it('forgets what was acknowledged, removed, or came back from the server', () => {
    for (const cid of ['a', 'b', 'c']) outbox.add(message(cid), 0)
    ack('a')
    outbox.remove('b')
    expect(outbox.stored('c')).toBe(true)
    expect(outbox.stored('c')).toBe(false)
    expect(new Outbox(7, store).items).toEqual([])
    expect(store.length).toBe(0)
  })

  it('leaves another user’s messages and other things in the store alone', () => {
    new Outbox(8, store).add(message('of8'), 0)
    store.setItem('magpie:out:7:broken', '{"message":{"cmd":10}}')
    store.setItem('magpie:out:7:text', 'no json')
    store.setItem('else', '1')
    expect(new Outbox(7, store).items).toEqual([])
    expect(new Outbox(8, store).items).toHaveLength(1)
  })

  it('does not let two tabs of a user overwrite each other', () => {
    const second = new Outbox(7, store)
    outbox.add(message('first tab'), 0)
    second.add(message('second tab'), 1)
    expect(new Outbox(7, store).items).toHaveLength(2)
  })

  it('goes on without a disk', () => {
    store.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    outbox.add(message('a'), 0)
    expect(due(0)).toEqual(['a'])
  })
})

it('knows that leaving the page would lose what the disk had no room for', () => {
  const { setItem } = store
  store.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  outbox.add(message('a'), 0)
  expect(outbox.wouldLose).toBe(true)
  store.setItem = setItem
  ack('a')
  expect(outbox.wouldLose).toBe(false)
})

describe('changes', () => {
  const change = (cid: string) => ({ cmd: 15, id: 9, kind: 10, dstid: 42, content: 'x', cid }) as const

  it('wait in one line with messages, over a reload too', () => {
    outbox.add(message('a'), 0)
    outbox.addChange(change('b'), 0)
    outbox.add(message('c'), 0)
    expect(outbox.items.map(cidOf)).toEqual(['a', 'c'])
    expect(outbox.changes.map(cidOf)).toEqual(['b'])
    outbox = new Outbox(7, store)
    expect(due(0)).toEqual(['a'])
    ack('a')
    expect(due(0)).toEqual(['b'])
    expect(outbox.ackedChange('b')).toMatchObject({ change: { id: 9 }, key: '10/42' })
    expect(outbox.ackedChange('b')).toBeNull()
    expect(due(0)).toEqual(['c'])
  })

  it('wait when the server is busy, and are dropped when it refuses', () => {
    outbox.addChange(change('b'), 0)
    outbox.sent('b', 0)
    expect(outbox.refused({ cid: 'b', code: -429, msg: 'slow', retry_after: 2 }, 0)).toBeNull()
    expect(due(1_999)).toEqual([])
    expect(due(2_000)).toEqual(['b'])
    expect(outbox.refused({ cid: 'b', code: -1, msg: 'too late' }, 2_000)).toMatchObject({ change: { cid: 'b' } })
    expect(outbox.changes).toEqual([])
    expect(store.length).toBe(0)
  })

  it('that make no sense are not restored', () => {
    const broken = JSON.stringify({ change: { cmd: 13, id: 9, kind: 10, dstid: 42, cid: 'x' } })
    store.setItem('magpie:out:7:x', broken)
    expect(new Outbox(7, store).changes).toEqual([])
  })
})
