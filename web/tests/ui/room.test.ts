import { expect, it } from 'vitest'
import { isWide } from '@/ui/room'

const none = { width: 0, height: 0, wide: false }

it('two columns need room in both directions', () => {
  expect(isWide({ width: 1280, height: 800 }, none, false)).toBe(true)
  expect(isWide({ width: 768, height: 1024 }, none, false)).toBe(true)
  expect(isWide({ width: 390, height: 844 }, none, false)).toBe(false)
  expect(isWide({ width: 844, height: 390 }, none, false)).toBe(false)
})

it('a keyboard over a tablet does not change the page under what one writes', () => {
  const tablet = { width: 1024, height: 768, wide: true }
  expect(isWide({ width: 1024, height: 380 }, tablet, true)).toBe(true)
  expect(isWide({ width: 1024, height: 380 }, tablet, false)).toBe(false)
  expect(isWide({ width: 768, height: 400 }, tablet, true)).toBe(false)
})
