import { describe, expect, it } from 'vitest'
import type { ChangeEvent } from '@/protocol/changes'
import type { Message } from '@/protocol/messages'
import { Timeline } from '@/sync/timeline'
import { Random, seeds } from '../random'

function row(seq: number, ver = seq, content = `m${seq}`): Message {
  return { id: seq, userid: 7, dstid: 42, cmd: 10, media: 1, content, seq, ver, createat: 1000 + seq }
}

function rows(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
}

const seqs = (timeline: Timeline) => timeline.messages.map(({ seq }) => seq)

describe('the window', () => {
  it('starts with the newest page and grows at both ends', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(11, 15), true)
    expect(timeline.hasOlder).toBe(true)
    timeline.prepend(rows(6, 10), true)
    timeline.applyLive(row(16))
    expect(seqs(timeline)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
    expect(timeline.ver).toBe(16)
  })

  it('knows the beginning by a short page, an empty page or the first message', () => {
    const short = new Timeline(7)
    short.start(rows(1, 3), false)
    expect(short.hasOlder).toBe(false)
    const exact = new Timeline(7)
    exact.start(rows(6, 10), true)
    exact.prepend(rows(1, 5), true)
    expect(exact.hasOlder).toBe(false)
    const joinedLater = new Timeline(7)
    joinedLater.start(rows(6, 10), true)
    joinedLater.prepend([], false)
    expect(joinedLater.hasOlder).toBe(false)
  })

  it('keeps live messages that came while the page was on its way', () => {
    const timeline = new Timeline(7)
    timeline.applyLive(row(6))
    timeline.start(rows(1, 5), false)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6])
    expect(timeline.ver).toBe(6)
    expect(timeline.hasGap).toBe(false)
  })

  it('sees what is missing between the page and a live message', () => {
    const timeline = new Timeline(7)
    timeline.applyLive(row(8))
    timeline.start(rows(1, 5), false)
    expect(timeline.hasGap).toBe(true)
    timeline.applyChanges([row(6), row(7), row(8)])
    expect(timeline.hasGap).toBe(false)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('starts anew after a long absence without a hole in it', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 5), true)
    timeline.applyLive(row(2000))
    timeline.start(rows(1950, 1999), true)
    expect(seqs(timeline)[0]).toBe(1950)
    expect(timeline.last).toBe(2000)
    expect(timeline.hasOlder).toBe(true)
  })

  it('lets the oldest go and can have them back', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 10), false)
    timeline.trim(4)
    expect(seqs(timeline)).toEqual([7, 8, 9, 10])
    expect(timeline.hasOlder).toBe(true)
    timeline.prepend(rows(1, 6), false)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('gives views a new array only when something changed', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 3), false)
    const before = timeline.messages
    expect(timeline.applyLive(row(2))).toBe('known')
    expect(timeline.messages).toBe(before)
    timeline.applyLive(row(4))
    expect(timeline.messages).not.toBe(before)
  })
})

describe('changes', () => {
  it('replaces a message by its newer state, never by an older one', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 3), false)
    timeline.applyLive(row(2, 4, 'edited'))
    timeline.applyChanges([row(2, 2, 'stale')])
    expect(timeline.find(2)?.content).toBe('edited')
  })

  it('leaves changes before the window to history', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(11, 20), true)
    timeline.applyChanges([row(3, 21, 'edited'), row(21, 22)])
    expect(timeline.first).toBe(11)
    expect(timeline.ver).toBe(22)
  })

  it('does not wait for a state that a later one has replaced', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 3), false)
    timeline.applyLive(row(5, 6))
    expect(timeline.hasGap).toBe(true)
    timeline.applyChanges([row(4, 4), row(2, 7, 'edited twice')])
    expect(timeline.hasGap).toBe(false)
    expect(timeline.ver).toBe(7)
  })
})

describe('any order', () => {
  it.each(seeds)('ends as the log whatever comes twice, late, or not at all (%i)', (seed) => {
    const random = new Random(seed)
    // A log of 60 changes: new messages and edits of old ones.
    const changes: Message[] = []
    let last = 0
    for (let ver = 1; ver <= 60; ver++) {
      const edit = last > 0 && random.chance(0.3)
      const seq = edit ? 1 + random.below(last) : ++last
      changes.push(row(seq, ver, `${seq} at ${ver}`))
    }
    const stateAt = (upTo: number) => {
      const now = new Map<number, Message>()
      for (const change of changes.slice(0, upTo)) now.set(change.seq, change)
      return [...now.values()]
    }
    const timeline = new Timeline(7)
    const loadedAt = 1 + random.below(30)
    timeline.start(
      stateAt(loadedAt).sort((a, b) => a.seq - b.seq),
      false,
    )
    for (const [index, change] of changes.entries()) {
      if (index < loadedAt || random.chance(0.3)) continue
      timeline.applyLive(change)
      if (random.chance(0.1)) timeline.applyLive(change)
      if (timeline.hasGap && random.chance(0.3)) {
        const upTo = random.chance(0.5) ? index + 1 : Math.max(loadedAt, index - 2)
        const answer = stateAt(upTo).filter(({ ver }) => ver > timeline.ver)
        timeline.applyChanges(answer.sort((a, b) => a.ver - b.ver))
      }
    }
    timeline.applyChanges(
      stateAt(60)
        .filter(({ ver }) => ver > timeline.ver)
        .sort((a, b) => a.ver - b.ver),
    )
    expect(timeline.messages).toEqual(stateAt(60).sort((a, b) => a.seq - b.seq))
    expect(timeline.ver).toBe(60)
    expect(timeline.hasGap).toBe(false)
  })
})

describe('what becomes of messages', () => {
  const edit = (seq: number, ver: number, content = `edited ${ver}`): ChangeEvent => ({
    ...{ cmd: 15, userid: 7, kind: 10, dstid: 42, id: seq, seq, ver, content },
  })

  it('is applied in order, whatever comes first', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 5), false)
    expect(timeline.applyEvent(edit(3, 7, 'second'))).toBe('gap')
    expect(timeline.find(3)).toMatchObject({ content: 'm3', ver: 3 })
    expect(timeline.applyEvent(edit(3, 6, 'first'))).toBe('applied')
    expect(timeline.find(3)).toMatchObject({ content: 'second', ver: 7 })
    expect(timeline.applyEvent(edit(3, 6, 'first'))).toBe('known')
    expect(timeline).toMatchObject({ ver: 7, hasGap: false })
  })

  it('comes with the rows when something before it is lost', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 5), false)
    timeline.applyEvent(edit(3, 7))
    timeline.applyChanges([row(3, 7, 'as the server has it')])
    expect(timeline.find(3)).toMatchObject({ content: 'as the server has it', ver: 7 })
    expect(timeline.hasGap).toBe(false)
  })

  it('is not lost while the window is on its way', () => {
    const timeline = new Timeline(7)
    timeline.applyEvent(edit(3, 6))
    timeline.start(rows(1, 5), false)
    expect(timeline.find(3)).toMatchObject({ content: 'edited 6', ver: 6 })
    expect(timeline).toMatchObject({ ver: 6, hasGap: false })
  })

  it('is not lost while a window further up is on its way', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(11, 20), true)
    timeline.applyEvent(edit(12, 21))
    timeline.applyLive(row(21, 22))
    timeline.start(rows(5, 15), true, true, 20)
    expect(timeline.find(12)).toMatchObject({ content: 'edited 21', ver: 21 })
    expect(timeline).toMatchObject({ last: 15, hasNewer: true })
  })

  it('is kept of messages behind the window, and told of those before it', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(11, 15), true, true, 20)
    timeline.applyLive(row(21))
    const { outside } = timeline
    timeline.applyEvent(edit(21, 22))
    timeline.applyEvent(edit(2, 23))
    expect(timeline.outside).toBe(outside + 2)
    timeline.append(rows(16, 20), false)
    expect(timeline.find(21)).toMatchObject({ content: 'edited 22', ver: 22 })
  })

  it('of one’s own is waited for until its row is here', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 5), false)
    expect(timeline.expect(6)).toBe(true)
    expect(timeline.hasGap).toBe(true)
    timeline.applyChanges([row(3, 6, 'edited')])
    expect(timeline.hasGap).toBe(false)
    expect(timeline.expect(6)).toBe(false)
  })
})
