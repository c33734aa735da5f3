import { beforeEach, describe, expect, it } from 'vitest'
import { parseConversation } from '@/protocol/conversations'
import { parseRows } from '@/protocol/guards'
import type { Message } from '@/protocol/messages'
import { Inbox } from '@/sync/inbox'
import { wire } from '../wire'

const me = 42
let inbox: Inbox

function message(seq: number, change: Partial<Message> = {}): Message {
  const base = { id: seq, userid: 7, dstid: me, cmd: 10 as const, media: 1, content: `m${seq}` }
  return { ...base, seq, ver: seq, createat: 2e12 + seq, ...change }
}

beforeEach(() => {
  inbox = new Inbox(me)
  inbox.merge(parseRows(wire('conversations').answer.rows, parseConversation))
})

describe('live messages', () => {
  it('count as unread unless they are one’s own', () => {
    inbox.applyLive(message(2))
    inbox.applyLive(message(3, { userid: me, dstid: 7 }))
    expect(inbox.get('10/7')).toMatchObject({ unread: 2, seq: 3, last: { seq: 3 } })
  })

  it('count once, however often they come', () => {
    inbox.applyLive(message(2))
    inbox.applyLive(message(2))
    expect(inbox.get('10/7')?.unread).toBe(2)
  })

  it('call the reader by number or as one of all', () => {
    for (const [index, at] of [[me], [0], [9]].entries()) {
      inbox.applyLive(message(2 + index, { cmd: 11, dstid: 3, at }))
    }
    expect(inbox.get('11/3')).toMatchObject({ unread: 4, mentions: 2 })
  })

  it('open a conversation that was not in the list', () => {
    inbox.applyLive(message(1, { userid: 9 }))
    expect(inbox.get('10/9')).toMatchObject({ kind: 10, dstid: 9, unread: 1, seq: 1 })
  })

  it('that are notices count for those they name only, and leave the conversation in its place', () => {
    const before = inbox.get('11/3')!
    const notice = { cmd: 11, dstid: 3, media: 90 } as const
    inbox.applyLive(message(2, notice))
    expect(inbox.get('11/3')).toMatchObject({
      seq: 2,
      last: { seq: 2 },
      unread: before.unread,
      updateat: before.updateat,
    })
    inbox.applyLive(message(3, { ...notice, at: [me] }))
    inbox.applyLive(message(4, { ...notice, at: [0] }))
    expect(inbox.get('11/3')).toMatchObject({ unread: before.unread + 2, mentions: 2, updateat: before.updateat })
  })

  it('put a new group where its first notice says', () => {
    inbox.applyLive(message(1, { cmd: 11, dstid: 9, media: 90 }))
    expect(inbox.get('11/9')).toMatchObject({ unread: 0, updateat: 2e12 + 1 })
  })

  it('are counted as far as the server counts', () => {
    for (let seq = 2; seq < 1_200; seq++) inbox.applyLive(message(seq))
    expect(inbox.get('10/7')?.unread).toBe(1_000)
    inbox.read('10/7', 100, null)
    expect(inbox.get('10/7')?.unread).toBe(1_000)
    inbox.read('10/7', 1_190, null)
    expect(inbox.get('10/7')?.unread).toBe(9)
  })

  it('change the preview when the last one is recalled, not its place', () => {
    const before = inbox.get('10/7')!
    inbox.applyLive({ ...before.last!, ver: 9, content: undefined, recalled: 1 })
    expect(inbox.get('10/7')).toMatchObject({ last: { recalled: 1 }, updateat: before.updateat, unread: before.unread })
  })
})

describe('read marks', () => {
  it('move forward only, and take the number with them', () => {
    inbox.applyLive(message(2))
    expect(inbox.read('10/7', 1, null)).toBe(true)
    expect(inbox.get('10/7')).toMatchObject({ read: 1, unread: 1 })
    expect(inbox.read('10/7', 99, null)).toBe(true)
    expect(inbox.get('10/7')).toMatchObject({ read: 2, unread: 0 })
    expect(inbox.read('10/7', 1, null)).toBe(false)
  })

  it('of the peer tick one’s own messages', () => {
    inbox.applyPeerRead({ cmd: 13, userid: 7, kind: 10, dstid: me, seq: 1 })
    expect(inbox.get('10/7')?.peer_read).toBe(1)
    expect(inbox.applyPeerRead({ cmd: 13, userid: 7, kind: 10, dstid: 99, seq: 5 })).toBe(false)
  })

  it('go back to nothing where somebody does not want them seen, by an answer that is newer', () => {
    inbox.applyPeerRead({ cmd: 13, userid: 7, kind: 10, dstid: me, seq: 1 })
    const row = inbox.get('10/7')!
    inbox.merge([{ ...row, peer_read: 0 }])
    expect(inbox.get('10/7')?.peer_read).toBe(1)
    inbox.merge([{ ...row, peer_read: 0, change: row.change + 1 }])
    expect(inbox.get('10/7')?.peer_read).toBe(0)
  })

  it('are not moved back by an answer that was on its way', () => {
    const rows = parseRows(wire('conversations').answer.rows, parseConversation)
    inbox.read('10/7', 1, null)
    inbox.applyPeerRead({ cmd: 13, userid: 7, kind: 10, dstid: me, seq: 1 })
    inbox.merge(rows)
    expect(inbox.get('10/7')).toMatchObject({ read: 1, unread: 0, peer_read: 1 })
  })
})

it('an older answer does not undo a live message', () => {
  const rows = parseRows(wire('conversations').answer.rows, parseConversation)
  inbox.applyLive(message(2))
  inbox.merge(rows)
  expect(inbox.get('10/7')).toMatchObject({ seq: 2, unread: 2 })
})

it('an older answer does not undo what was pinned or muted since', () => {
  const [, , changed] = wire('conversations-by-change').pages
  const [row] = parseRows(changed.answer.rows, parseConversation)
  inbox.merge([{ ...row, pinned: 0, muted: 0 }])
  inbox.merge([{ ...row, change: row.change - 1 }])
  expect(inbox.get('10/7')).toMatchObject({ pinned: 0, muted: 0, change: row.change })
  inbox.merge([{ ...row, change: row.change + 1 }])
  expect(inbox.get('10/7')).toMatchObject({ pinned: 1, muted: 1 })
})

it('a number is not taken for sure when the mark is further here and the messages there, or the other way round', () => {
  const row = inbox.get('10/7')!
  inbox.merge([{ ...row, seq: 9, ver: 9, read: row.seq, unread: 8 }])
  expect(inbox.unsure).toBe(false)
  inbox.applyLive(message(10, { ver: 10 }))
  inbox.merge([{ ...row, seq: 9, ver: 9, read: 9, unread: 0 }])
  expect(inbox.get('10/7')).toMatchObject({ seq: 10, read: 9, unread: 1 })
  expect(inbox.unsure).toBe(true)
  inbox.merge([{ ...row, seq: 10, ver: 10, read: 9, unread: 1 }])
  expect(inbox.unsure).toBe(false)
})

describe('what becomes of messages', () => {
  const recall = { cmd: 14, userid: 7, kind: 10, dstid: me, id: 2, seq: 2 } as const

  it('takes what is unread with it, and shows in the last line', () => {
    inbox.applyLive(message(2, { at: [me] }))
    const { unread, mentions, updateat } = inbox.get('10/7')!
    inbox.applyEvent({ ...recall, ver: 3 }, undefined)
    const left = { unread: unread - 1, mentions: mentions - 1, updateat, ver: 3, last: { recalled: 1 } }
    expect(inbox.get('10/7')).toMatchObject(left)
    expect(inbox.unsure).toBe(false)
    inbox.applyEvent({ ...recall, ver: 3 }, undefined)
    expect(inbox.get('10/7')).toMatchObject(left)
  })

  it('is asked of the server where it is not known for whom it counted, or something before it is missing', () => {
    inbox.applyLive(message(2))
    inbox.applyLive(message(3))
    inbox.applyEvent({ ...recall, ver: 4 }, undefined)
    expect(inbox.unsure).toBe(true)
    inbox.merge([{ ...inbox.get('10/7')!, ver: 4 }])
    expect(inbox.unsure).toBe(false)
    inbox.applyEvent({ cmd: 19, userid: 7, kind: 10, dstid: me, id: 1, seq: 1, ver: 6, amount: 1 }, undefined)
    expect(inbox.unsure).toBe(true)
  })

  it('that a new row tells changes the last line, not what is counted', () => {
    inbox.applyLive(message(2))
    const before = inbox.get('10/7')!
    inbox.refresh(message(2, { ver: 3, content: 'edited' }))
    expect(inbox.get('10/7')).toMatchObject({ ver: 3, unread: before.unread, last: { content: 'edited' } })
    inbox.refresh(message(9, { ver: 9 }))
    expect(inbox.get('10/7')).toMatchObject({ seq: 2, ver: 3 })
  })
})
