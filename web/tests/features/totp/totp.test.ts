import { expect, it } from 'vitest'
import { inGroups, wantsCode } from '@/features/totp/totp'
import { parseRecoveryCodes, parseTotpSecret, parseTotpStanding } from '@/protocol/totp'
import { openEnvelope } from '@/transport/envelope'

const sentences = { network: '', answer: '?', cancelled: '' }

it('shows a secret as people type it', () => {
  expect(inGroups('ABCDEFGHIJ')).toBe('ABCD EFGH IJ')
  expect(inGroups('ABCD')).toBe('ABCD')
})

it('tells a log-in that needs a code from one that was refused', () => {
  const refused = (data: object) => {
    try {
      openEnvelope(200, JSON.stringify({ code: -1, msg: 'no', ...data }), sentences)
    } catch (error) {
      return wantsCode(error)
    }
  }
  expect(refused({ data: { totp: 1 } })).toBe(true)
  expect(refused({})).toBe(false)
  expect(wantsCode(new Error('?'))).toBe(false)
})

it('reads what the server says, and nothing else', () => {
  expect(parseTotpStanding({ on: 1, since: 5, recovery: 9 })).toEqual({ on: 1, since: 5, recovery: 9 })
  expect(parseTotpSecret({ secret: 'A', url: 'otpauth://totp/x' })).toEqual({ secret: 'A', url: 'otpauth://totp/x' })
  expect(parseTotpSecret({ secret: 'A' })).toBeNull()
  expect(parseRecoveryCodes({ recovery: ['a', 1, 'b'] })).toEqual(['a', 'b'])
  expect(parseRecoveryCodes(null)).toEqual([])
})
