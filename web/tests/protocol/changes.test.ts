import { describe, expect, it } from 'vitest'
import { parseChange, rowAfter, rowWith, type ChangeEvent } from '@/protocol/changes'
import { changeFrame, parseFrame } from '@/protocol/frames'
import { countsAsUnread, type Message } from '@/protocol/messages'
import { Random, seeds } from '../random'

const me = 7
const row: Message = {
  ...{ id: 9, userid: me, dstid: 42, cmd: 10, media: 1, content: '八点', cid: 'c', seq: 3, ver: 3, createat: 1000 },
  ...{ at: [42], ref: 8, edited: 5, pinned: 42, mine: ['👍'], reactions: { '👍': { n: 2, who: [42, me] } } },
}
const event = { userid: 42, kind: 11, dstid: 3, id: 9, seq: 3, ver: 4 } as const
const events: ChangeEvent[] = [
  { cmd: 14, ...event, by: 42 },
  { cmd: 15, ...event, content: '九点', edited: 2000, at: [42, 51] },
  { cmd: 16, ...event, content: '🎉', amount: 1, reactions: { '👍': row.reactions!['👍'], '🎉': { n: 1, who: [42] } } },
  { cmd: 19, ...event, amount: -1 },
  { cmd: 29, ...event, preview: { url: 'https://a.cn/', title: 'A', pic: '/mnt/2026/11/a.jpg', w: 6, h: 4 } },
]

describe('frames', () => {
  it('of changes are read as they are, and sent with what they need only', () => {
    for (const one of events) expect(parseFrame(JSON.stringify(one))).toEqual(one)
    expect(JSON.parse(changeFrame({ cmd: 14, id: 9, kind: 10, dstid: 42, cid: 'x' }))).toEqual({
      ...{ cmd: 14, id: 9, kind: 10, dstid: 42, cid: 'x' },
    })
    const edit = { cmd: 15, id: 9, kind: 10, dstid: 42, content: 'a', at: [1], cid: 'x' } as const
    expect(JSON.parse(changeFrame({ ...edit, at: [1] }))).toEqual(edit)
  })

  it.each(seeds)('with a random field broken do no harm (%i)', (seed) => {
    const random = new Random(seed)
    const values = [null, -1, 1.5, '', [], {}, [null], true, 2 ** 60, { '👍': 1 }, { __proto__: { n: 1, who: [1] } }]
    const frame: Record<string, unknown> = { ...events[random.below(events.length)] }
    const names = Object.keys(frame)
    frame[names[random.below(names.length)]] = values[random.below(values.length)]
    const parsed = parseChange(JSON.parse(JSON.stringify(frame)))
    if (parsed) expect(rowAfter(row, parsed, me)).toMatchObject({ id: 9, seq: 3 })
  })
})

describe('the row after an event', () => {
  it('of a recall has nothing left of what was said', () => {
    const { id, userid, dstid, cmd, media, cid, seq, createat } = row
    const left = { id, userid, dstid, cmd, media, cid, seq, createat, ver: 4, recalled: 1, by: 42 }
    expect(rowAfter(row, events[0], me)).toEqual(left)
    expect(countsAsUnread({ ...row, userid: 42, recalled: 1 }, me)).toBe(false)
  })

  it('of an edit has the new text, and names whom that names', () => {
    expect(rowAfter(row, events[1], me)).toEqual({ ...row, ver: 4, content: '九点', edited: 2000, at: [42, 51] })
    expect(rowAfter(row, { ...events[1], at: undefined }, me)).not.toHaveProperty('at')
  })

  it('of a pin says who pinned it', () => {
    expect(rowAfter(row, events[3], me)).not.toHaveProperty('pinned')
    expect(rowAfter(row, { ...events[3], amount: 1 }, me)).toMatchObject({ pinned: 42 })
  })

  it('of a preview has it, and nothing of it once it is taken away; an edit says whether it stays', () => {
    const shown = rowAfter(row, events[4], me)
    expect(shown).toEqual({ ...row, ver: 4, preview: events[4].preview })
    expect(rowAfter(shown, { ...events[4], preview: undefined }, me)).toEqual({ ...row, ver: 4 })
    expect(rowAfter(shown, { ...events[1], preview: events[4].preview }, me)).toHaveProperty('preview')
    expect(rowAfter(shown, events[1], me)).not.toHaveProperty('preview')
    expect(rowAfter(shown, events[0], me)).not.toHaveProperty('preview')
    const words = rowWith(shown, { cmd: 15, content: '看 https://a.cn/' }, me, 2000)
    expect(words).toHaveProperty('preview')
    expect(rowWith(words, { cmd: 15, content: 'no link' }, me, 2000)).not.toHaveProperty('preview')
  })

  it('of a reaction knows one’s own, also those of another device that came together', () => {
    expect(rowAfter(row, events[2], me)).toMatchObject({ mine: ['👍'], reactions: events[2].reactions })
    const gone = rowAfter(row, { ...events[2], reactions: undefined }, me)
    expect(gone).not.toHaveProperty('reactions')
    expect(gone).not.toHaveProperty('mine')
    const other = { '😂': { n: 2, who: [42, me] } }
    expect(rowAfter(row, { ...events[2], reactions: other }, me).mine).toEqual(['😂'])
    // Of very many only the first are named: one's own stays as it was.
    const many = { '👍': { n: 812, who: [1, 2, 3] } }
    expect(rowAfter(row, { ...events[2], reactions: many }, me).mine).toEqual(['👍'])
    const own = { ...events[2], userid: me, content: '👍', amount: -1 as const, reactions: many }
    expect(rowAfter(row, own, me)).not.toHaveProperty('mine')
  })
})

describe('one’s own change', () => {
  it('looks as it will, and the same when it is there already', () => {
    for (const change of [
      { cmd: 14 },
      { cmd: 15, content: '九点' },
      { cmd: 16, content: '🎉', amount: 1 },
      { cmd: 16, content: '👍', amount: -1 },
      { cmd: 19, amount: -1 },
    ] as const) {
      const once = rowWith(row, change, me, 2000)
      expect(once).not.toEqual(row)
      expect(rowWith(once, change, me, 2000)).toBe(once)
    }
  })

  it('takes a reaction that nobody else gave away, and keeps the others in their order', () => {
    const two = rowWith(row, { cmd: 16, content: '🎉', amount: 1 }, me, 0)
    expect(Object.entries(two.reactions!)).toEqual([
      ['👍', { n: 2, who: [42, me] }],
      ['🎉', { n: 1, who: [me] }],
    ])
    expect(rowWith(two, { cmd: 16, content: '🎉', amount: -1 }, me, 0)).toEqual(row)
    const named = rowWith(row, { cmd: 16, content: 'constructor', amount: 1 }, me, 0)
    expect(named.reactions).toHaveProperty('constructor', { n: 1, who: [me] })
  })

  it('does nothing to what was recalled', () => {
    const recalled = rowAfter(row, events[0], me)
    expect(rowWith(recalled, { cmd: 15, content: 'x' }, me, 0)).toBe(recalled)
  })
})
