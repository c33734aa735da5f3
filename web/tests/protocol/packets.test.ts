import { describe, expect, it } from 'vitest'
import { parseFrame } from '@/protocol/frames'
import { packetIn, parseOpened, parsePacket } from '@/protocol/packets'
import { parseWalletEntry } from '@/protocol/wallet'

describe('a red packet', () => {
  it('is known by its own address, which only the server writes', () => {
    const ours = { id: 9, media: 5, url: '/redpacket/9', amount: 5 }
    expect(packetIn(ours)).toBe(9)
    expect(packetIn({ ...ours, url: '/redpacket/8' })).toBe(0)
    expect(packetIn({ ...ours, url: 'https://pay.example/redpacket/9' })).toBe(0)
    expect(packetIn({ ...ours, media: 7 })).toBe(0)
    expect(packetIn({ ...ours, recalled: 1 })).toBe(0)
    expect(packetIn({ media: 5, url: '/redpacket/9' })).toBe(0)
  })

  it('is read as it is told, and what is no packet is none', () => {
    const told = { userid: 1, amount: 10, count: 2, opened: 1, left: 4, mode: 'equal', memo: '好', state: 'open' }
    const rows = [{ userid: 2, amount: 6, createat: 5, best: 1 }, { userid: 'x' }, null]
    expect(parsePacket({ ...told, expires: 7, rows })).toEqual({
      ...{ ...told, expires: 7 },
      rows: [{ userid: 2, amount: 6, createat: 5, best: true }],
    })
    expect(parsePacket({ userid: 1, amount: 10, count: 2, mode: '?', state: '?' })).toMatchObject({
      ...{ mode: 'lucky', state: 'open', rows: [], left: 0 },
    })
    for (const bad of [null, {}, { ...told, count: 0 }, { ...told, userid: 0 }]) expect(parsePacket(bad)).toBeNull()
    expect(parseOpened({ amount: 0, state: 'expired', opened: 1, count: 2 })).toMatchObject({ state: 'expired' })
    expect(parseOpened({ amount: 3 })).toBeNull()
  })

  it('is opened by an event with all that it needs', () => {
    const event = { cmd: 24, id: 9, userid: 2, kind: 11, dstid: 3, opened: 1, count: 2 }
    expect(parseFrame(JSON.stringify({ ...event, more: 1 }))).toEqual(event)
    for (const name of ['id', 'userid', 'kind', 'dstid', 'opened', 'count'])
      expect(parseFrame(JSON.stringify({ ...event, [name]: 0 }))).toBeNull()
  })
})

it('an entry of the wallet may be below 0, and of a newer kind', () => {
  const told = { id: 4, amount: -5, what: 'packet_sent', ref: 9, memo: '', createat: 7 }
  expect(parseWalletEntry(told)).toEqual(told)
  expect(parseWalletEntry({ ...told, what: 'sold', ref: undefined })).toEqual({ ...told, what: '', ref: 0 })
  for (const bad of [{ ...told, id: 0 }, { ...told, amount: 1.5 }, {}]) expect(parseWalletEntry(bad)).toBeNull()
})
