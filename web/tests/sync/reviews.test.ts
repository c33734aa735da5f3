/** Messages that wait for a review: from the outbox, by events, and as the server lists them. */
import { expect, it } from 'vitest'
import { parseFrame, type ErrorFrame } from '@/protocol/frames'
import type { ModeratedEvent } from '@/protocol/reviews'
import { MemoryStore } from '@/state/storage'
import { Outbox } from '@/sync/outbox'
import { Reviews } from '@/sync/reviews'

const row = {
  id: 5,
  state: 'waiting',
  userid: 7,
  kind: 10,
  dstid: 42,
  media: 1,
  content: 'held',
  createat: 9,
  cid: 'c',
}

function event(fields: object): ModeratedEvent {
  return parseFrame(JSON.stringify({ cmd: 28, what: 'review', review: 5, ...fields })) as ModeratedEvent
}

it('take a message from the outbox when the server keeps it', () => {
  const outbox = new Outbox(7, new MemoryStore())
  const reviews = new Reviews(7)
  outbox.onReview = (item, review) => reviews.answered(item, review)
  outbox.add({ cmd: 10, dstid: 42, media: 1, content: 'held', cid: 'c' }, 9)
  const data = { review: 5, state: 'waiting' }
  const error = parseFrame(JSON.stringify({ cmd: 2, code: -1, msg: 'waits', cid: 'c', data })) as ErrorFrame
  outbox.refused(error, 10)
  expect(outbox.items).toEqual([])
  expect(reviews.rows).toEqual([row])
  reviews.told(event({ state: 'waiting', message: row }))
  expect(reviews.rows).toEqual([row])
})

it('follow what becomes of them on any device', () => {
  const reviews = new Reviews(7)
  reviews.told(event({ state: 'waiting', message: row }))
  reviews.told(event({ state: 'refused' }))
  expect(reviews.rows).toMatchObject([{ id: 5, state: 'refused' }])
  for (const state of ['withdrawn', 'passed']) {
    reviews.told(event({ state: 'waiting', message: row }))
    reviews.told(event({ state }))
    expect(reviews.rows).toEqual([])
  }
  reviews.told(event({ state: 'passed', review: 6 }))
  expect(reviews.rows).toEqual([])
})

it('hear nothing of what makes no sense', () => {
  for (const frame of [{ what: 'planet' }, { review: 'x' }, { review: undefined }])
    expect(parseFrame(JSON.stringify({ cmd: 28, what: 'review', review: 5, ...frame }))).toBeNull()
  expect(event({ message: { ...row, state: 'passed' } })).toMatchObject({ review: 5 })
  expect(event({ message: { ...row, state: 'passed' } }).message).toBeUndefined()
})
