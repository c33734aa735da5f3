import { expect, it } from 'vitest'
import { hoursOf, isQuiet, quietText } from '@/protocol/settings'

it('it is quiet by the clock of the zone, over midnight too', () => {
  const night = '22:00-07:30 Asia/Shanghai'
  expect(isQuiet(night, Date.parse('2026-01-10T21:59+08:00'))).toBe(false)
  expect(isQuiet(night, Date.parse('2026-01-10T22:00+08:00'))).toBe(true)
  expect(isQuiet(night, Date.parse('2026-01-11T07:29+08:00'))).toBe(true)
  expect(isQuiet(night, Date.parse('2026-01-11T07:30+08:00'))).toBe(false)
  expect(isQuiet('12:00-13:00 Europe/Berlin', Date.parse('2026-07-01T10:30Z'))).toBe(true)
  expect(isQuiet('12:00-13:00 Europe/Berlin', Date.parse('2026-12-01T10:30Z'))).toBe(false)
})

it('without hours, or with a zone that nobody knows, it is never quiet', () => {
  for (const none of ['', 'always', '00:00-23:59 Nowhere/Town']) expect(isQuiet(none, Date.now())).toBe(false)
  expect(hoursOf('')).toBeNull()
  expect(hoursOf(quietText('22:00', '07:30'))).toEqual({ from: '22:00', to: '07:30' })
})
