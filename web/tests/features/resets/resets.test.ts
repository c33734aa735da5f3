import { expect, it } from 'vitest'
import { tokenHere } from '@/features/resets/resets'

it('takes the token of a link from behind the #', () => {
  expect(tokenHere(`#${'a'.repeat(43)}`)).toBe('a'.repeat(43))
  for (const hash of ['', '#', '#x', `#${'a'.repeat(80)}`, `#a b${'c'.repeat(20)}`]) expect(tokenHere(hash)).toBe('')
})
