import { describe, expect, it } from 'vitest'
import { newCid } from '@/protocol/messages'

describe('cids', () => {
  it('are all different, and later ones sort after earlier ones', () => {
    const times = [0, 1, 999, 1_700_000_000_000, 1_700_000_000_001, Date.now(), Date.now() + 1e12]
    const cids = times.flatMap((time) => [newCid(time), newCid(time)])
    expect(new Set(cids).size).toBe(cids.length)
    const prefixes = cids.map((cid) => cid.slice(0, 9))
    expect(prefixes).toEqual([...prefixes].sort())
    expect(prefixes.filter((prefix, i) => prefix === prefixes[i - 1])).toHaveLength(times.length)
    expect(cids.every((cid) => /^[\w-]{25}$/.test(cid))).toBe(true)
  })
})
