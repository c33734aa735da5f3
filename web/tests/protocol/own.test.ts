import { describe, expect, it } from 'vitest'
import { parseConversation } from '@/protocol/conversations'
import { parseFrame } from '@/protocol/frames'
import type { Message } from '@/protocol/messages'
import { actsOf, callOf, parseAct, rowWithAct, type ConversationEvent } from '@/protocol/own'
import { wire } from '../wire'

const me = 42
const parse = (frame: object) => parseFrame(JSON.stringify(frame)) as ConversationEvent | null
const row = parseConversation({ ...wire('conversations').answer.rows[1], seq: 9, read: 4, unread: 5, mentions: 2 })!
const nothing = { gone: [], rest: undefined }

describe('the event', () => {
  it('says what another device did', () => {
    expect(actsOf(parse(wire('conversation-changed').frame)!)).toEqual([{ do: 'hide', ids: [7340034, 7340035] }])
    const frame = { cmd: 22, userid: me, kind: 10, dstid: 7 }
    expect(actsOf(parse({ ...frame, pinned: 1, muted: 0, cleared: 5, hidden: [] })!)).toEqual([
      { do: 'set', flags: { pinned: 1, muted: 0 } },
      { do: 'clear', seq: 5 },
    ])
    expect(actsOf(parse({ ...frame, pinned: 'yes', hidden: [0, 'x'], cleared: -1 })!)).toEqual([])
    expect(parse({ ...frame, kind: 12 })).toBeNull()
  })
})

describe('an act', () => {
  it('is a call with the place of the conversation', () => {
    expect(callOf('11/3', { do: 'set', flags: { archived: 1 } })).toEqual({
      path: '/conversation/set',
      fields: { kind: 11, dstid: 3, archived: 1 },
    })
  })

  it('that was kept is read again, and what makes no sense is not', () => {
    for (const act of [
      { do: 'set', flags: { pinned: 0 } },
      { do: 'read', seq: 3 },
      { do: 'clear', seq: 3 },
      { do: 'hide', ids: [1, 2] },
    ])
      expect(parseAct(JSON.parse(JSON.stringify(act)))).toEqual(act)
    for (const wrong of [null, { do: 'set' }, { do: 'clear', seq: -1 }, { do: 'hide', ids: 'all' }, { do: 'fly' }])
      expect(parseAct(wrong)).toBeNull()
  })
})

describe('the row with an act', () => {
  it('is read, and marked no more; a lower mark changes nothing', () => {
    const marked = { ...row, marked: 1 as const }
    expect(rowWithAct(marked, { do: 'read', seq: 99 }, me, nothing)).toMatchObject({ read: 9, unread: 0, marked: 0 })
    expect(rowWithAct(marked, { do: 'read', seq: 3 }, me, nothing)).toEqual(marked)
  })

  it('is without what is cleared, and with what came later', () => {
    const last = { ...row.last!, seq: 9 }
    const cleared = rowWithAct({ ...row, last }, { do: 'clear', seq: 8 }, me, nothing)
    expect(cleared).toMatchObject({ cleared: 8, unread: 1, mentions: 1, last })
    expect(rowWithAct(cleared, { do: 'clear', seq: 99 }, me, nothing)).toMatchObject({
      cleared: 9,
      unread: 0,
      last: null,
    })
  })

  it('counts no hidden one, and ends with the one before it', () => {
    const [eighth, ninth] = [8, 9].map((seq): Message => ({ ...row.last!, seq, id: seq, at: [me] }))
    const act = { do: 'hide', ids: [9] } as const
    const going = { gone: [ninth], rest: eighth }
    const after = rowWithAct({ ...row, last: ninth }, { ...act, ids: [...act.ids] }, me, going)
    expect(after).toMatchObject({ unread: 4, mentions: 1, last: { seq: 8 } })
    expect(rowWithAct({ ...row, last: ninth }, { do: 'hide', ids: [9] }, me, nothing).last).toBe(ninth)
  })
})
