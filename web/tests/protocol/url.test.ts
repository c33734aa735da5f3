import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { reveal, shownUrl } from '@/features/media/foreign'
import { ownMediaUrl, trustMedia } from '@/protocol/url'

beforeEach(() => vi.stubGlobal('location', { origin: 'https://chat.example', href: 'https://chat.example/x' }))
afterEach(() => {
  vi.unstubAllGlobals()
  trustMedia([])
})

it('our media are what lies in our folders, however it is written', () => {
  for (const url of [
    '/mnt/2026/01/a.png',
    '//mnt/a.png',
    '/asset/stickers/a/b.png',
    'https://chat.example/mnt/a.png',
    'blob:x',
  ])
    expect(ownMediaUrl(url)).not.toBe('')
})

it('anything else is a stranger’s', () => {
  const foreign = [
    'https://far.example/mnt/a.png',
    '//far.example/a.png',
    '/\t/far.example/a.png',
    'https://chat.example.far.example/mnt/a.png',
    'https://chat.example@far.example/mnt/a.png',
    '/mnt/../user/logout',
    '/user/find',
    'javascript:alert(1)',
    'data:image/png;base64,x',
    '',
  ]
  for (const url of foreign) expect(ownMediaUrl(url)).toBe('')
})

it('the bucket is ours once the server has said so', () => {
  const url = 'https://cdn.example/2026/a.png'
  expect(ownMediaUrl(url)).toBe('')
  trustMedia(['https://cdn.example'])
  expect(ownMediaUrl(url)).toBe(url)
})

it('a stranger’s picture is shown once it was asked for, and no other', () => {
  expect(shownUrl('https://far.example/a.png')).toBe('')
  reveal('https://far.example/a.png')
  expect(shownUrl('https://far.example/a.png')).toBe('https://far.example/a.png')
  expect(shownUrl('https://far.example/b.png')).toBe('')
})
