import { expect, it } from 'vitest'
import { codeHere, ownSecret, qrLink } from '@/features/qr/qr'
import { parseQrCode, parseQrPoll } from '@/protocol/qr'

const code = 'abcDEF-_0123456789abcDEF-_012345'

it('makes a link that leads back to its code', () => {
  const link = qrLink(code, 'https://chat.example')
  expect(link).toBe(`https://chat.example/user/qr.shtml#${code}`)
  expect(codeHere(new URL(link).hash)).toBe(code)
})

it('takes nothing else for a code', () => {
  for (const hash of ['', '#', '#short', `#${code}/../x`, `#<script>${code}`]) expect(codeHere(hash)).toBe('')
})

it('has another secret each time, too long to be guessed', () => {
  expect(ownSecret()).toMatch(/^[0-9a-f]{48}$/)
  expect(ownSecret()).not.toBe(ownSecret())
})

it('knows how long a code stands, whatever the clock of the screen says', () => {
  const told = { code, expires: 1_795_399_320_000, now: 1_795_399_200_000 }
  expect(parseQrCode(told)).toEqual({ code, lasts: 120_000 })
  expect(parseQrCode({ ...told, now: told.expires + 1 })?.lasts).toBe(0)
})

it('reads how far it has come', () => {
  expect(parseQrPoll({ state: 'scanned' })).toEqual({ state: 'scanned', user: null })
  expect(parseQrPoll({ state: 'approved', id: 7, nickname: '小安' })?.user?.id).toBe(7)
  for (const broken of [null, 'approved', {}, { state: 'else' }]) expect(parseQrPoll(broken)).toBeNull()
})
