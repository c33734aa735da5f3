import { describe, expect, it } from 'vitest'
import type { Message } from '@/protocol/messages'
import { Timeline } from '@/sync/timeline'

function row(seq: number, ver = seq): Message {
  return { id: 100 + seq, userid: 7, dstid: 42, cmd: 10, media: 1, content: `m${seq}`, seq, ver, createat: seq }
}

const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
const seqs = (timeline: Timeline) => timeline.messages.map(({ seq }) => seq)

function loaded(from: number, to: number, more = false): Timeline {
  const timeline = new Timeline(7)
  timeline.start(rows(from, to), more)
  return timeline
}

describe('what is hidden', () => {
  it('is taken out, and not let in again by any way', () => {
    const timeline = loaded(6, 10, true)
    timeline.gone.add({ do: 'hide', ids: [104, 108] })
    expect(timeline.drop()).toBe(true)
    expect(timeline.drop()).toBe(false)
    timeline.applyLive(row(8, 11))
    timeline.applyChanges([row(8, 12)])
    timeline.prepend(rows(1, 5), false)
    expect(seqs(timeline)).toEqual([1, 2, 3, 5, 6, 7, 9, 10])
    expect(timeline.hasGap).toBe(false)
  })

  it('is known by ranges, too, the later ones in place of the earlier', () => {
    const timeline = loaded(1, 6)
    timeline.gone.know(2, [{ low: 2, high: 4 }])
    timeline.gone.know(1, [])
    timeline.drop()
    expect(seqs(timeline)).toEqual([1, 5, 6])
  })

  it('is not waited for behind a window that ends before its conversation', () => {
    const timeline = new Timeline(7)
    timeline.start(rows(1, 5), false, true, 9)
    timeline.applyLive(row(10))
    timeline.gone.add({ do: 'hide', ids: [110] })
    timeline.drop()
    timeline.append(rows(6, 9), false)
    timeline.append([], false)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(timeline.hasNewer).toBe(false)
  })

  it('leaves a last message, none, or one that is not known', () => {
    const all = () => true
    expect(loaded(1, 3).rest(({ seq }) => seq < 3)).toMatchObject({ seq: 2 })
    expect(loaded(1, 3).rest(() => false)).toBeNull()
    expect(loaded(2, 3, true).rest(() => false)).toBeUndefined()
    expect(new Timeline(7).rest(all)).toBeUndefined()
  })
})

describe('what is cleared', () => {
  it('has nothing above it', () => {
    const timeline = loaded(6, 10, true)
    timeline.gone.add({ do: 'clear', seq: 8 })
    expect(timeline.drop()).toBe(true)
    expect(seqs(timeline)).toEqual([9, 10])
    expect(timeline.hasOlder).toBe(false)
  })

  it('never goes back', () => {
    const timeline = loaded(1, 5)
    timeline.gone.add({ do: 'clear', seq: 3 })
    timeline.gone.add({ do: 'clear', seq: 1 })
    timeline.drop()
    expect(seqs(timeline)).toEqual([4, 5])
  })
})
