import { expect, it } from 'vitest'
import { arrivalOf } from '@/features/accounts/arrival'

const origin = 'https://chat.example'
const link = { given: 'token', known: '' }
const typed = { accounts: [] as number[], from: 'none' }
const unseen = { referrer: '', origin }

it('asks nothing without a token, or with the one this tab has', () => {
  expect(arrivalOf(7, { given: '', known: '' }, { accounts: [8], from: 'cross-site' }, unseen)).toBe('known')
  expect(arrivalOf(7, { given: 'token', known: 'token' }, typed, unseen)).toBe('known')
})

it('lets a log-in go on that a page of our own began', () => {
  expect(arrivalOf(7, link, { accounts: [8], from: 'same-origin' }, unseen)).toBe('known')
  expect(arrivalOf(7, link, { accounts: [8], from: '' }, { referrer: `${origin}/classic/login.html`, origin })).toBe(
    'known',
  )
  expect(arrivalOf(7, link, { accounts: [7, 8], from: 'cross-site' }, unseen)).toBe('known')
})

it('asks before anything when somebody is logged in here, or another site sent the reader', () => {
  expect(arrivalOf(7, link, { accounts: [8], from: 'none' }, unseen)).toBe('ask')
  expect(arrivalOf(7, link, { accounts: [], from: 'cross-site' }, unseen)).toBe('ask')
  expect(arrivalOf(7, link, { accounts: [], from: 'same-site' }, unseen)).toBe('ask')
  expect(arrivalOf(7, link, { accounts: [], from: '' }, { referrer: 'https://evil.example/', origin })).toBe('ask')
  // Plain HTTP tells no Sec-Fetch-Site; an address that only begins like ours is another's.
  expect(arrivalOf(7, link, { accounts: [], from: '' }, { referrer: `${origin}.evil.example/`, origin })).toBe('ask')
})

it('tells whose account it is where nobody was ever logged in', () => {
  expect(arrivalOf(7, link, typed, unseen)).toBe('tell')
})
