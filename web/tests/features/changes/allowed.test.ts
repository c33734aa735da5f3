import { afterEach, describe, expect, it } from 'vitest'
import { allowed, copied } from '@/features/changes/allowed'
import { recallWords } from '@/features/changes/words'
import { language } from '@/i18n'
import type { Message } from '@/protocol/messages'

const own: Message = {
  ...{ id: 1, userid: 7, dstid: 42, cmd: 10, media: 1, content: 'a', seq: 1, ver: 1, createat: 0 },
}
const reader = { me: 7, head: false, above: false, now: 1_000, writable: true }

afterEach(() => {
  language.value = 'zh'
})

describe('the menu', () => {
  it('has all of one’s own text, and less of it as time goes on', () => {
    const most = ['reply', 'copy', 'forward', 'edit', 'favorite', 'select']
    expect(allowed(own, reader)).toEqual([...most, 'pin', 'recall', 'delete'])
    expect(allowed(own, { ...reader, now: 120_000 })).toEqual([...most, 'pin', 'delete'])
    expect(allowed({ ...own, pinned: 42 }, { ...reader, now: 86_400_000 })).toEqual([
      ...most.filter((act) => act !== 'edit'),
      'unpin',
      'delete',
    ])
  })

  it('has what may be done to what others say', () => {
    expect(allowed({ ...own, userid: 42, media: 4 }, reader)).toEqual([
      'reply',
      'forward',
      'favorite',
      'select',
      'pin',
      'delete',
      'report',
    ])
    const room: Message = { ...own, cmd: 11, dstid: 3, userid: 42 }
    const most = ['reply', 'copy', 'forward', 'favorite', 'select']
    expect(allowed(room, reader)).toEqual([...most, 'delete', 'report'])
    expect(allowed(room, { ...reader, head: true, above: true, now: 1e12 })).toEqual([
      ...most,
      'pin',
      'recall',
      'delete',
      'report',
    ])
  })

  it('tells who has read what one said oneself in a group', () => {
    const room: Message = { ...own, cmd: 11, dstid: 3 }
    expect(allowed(room, { ...reader, now: 1e12 })).toContain('readers')
    expect(allowed({ ...room, media: 4 }, { ...reader, head: true, above: true })).toContain('readers')
    expect(allowed({ ...room, userid: 42 }, { ...reader, head: true, above: true })).not.toContain('readers')
  })

  it('has nothing of notices, of what was recalled, and of what waits to be sent', () => {
    expect(allowed({ ...own, media: 90 }, reader)).toEqual([])
    expect(allowed({ ...own, recalled: 1 }, reader)).toEqual([])
    expect(allowed({ ...own, id: 0 }, reader)).toEqual([])
  })

  it('offers pictures of our own as stickers', () => {
    expect(allowed({ ...own, userid: 42, media: 4, url: '/mnt/a.png' }, reader)).toContain('sticker')
    expect(allowed({ ...own, media: 4, url: 'https://elsewhere.example/a.png' }, reader)).not.toContain('sticker')
  })

  it('has no edit for what was forwarded, and no forwarding for a red packet', () => {
    expect(allowed({ ...own, fwd: 42 }, reader)).not.toContain('edit')
    expect(allowed({ ...own, media: 5 }, reader)).toEqual(['reply', 'favorite', 'select', 'pin', 'recall', 'delete'])
  })

  it('only takes with it what is there where nothing can be written', () => {
    expect(allowed(own, { ...reader, writable: false })).toEqual(['copy', 'forward', 'favorite', 'select', 'delete'])
    expect(copied({ media: 7, url: 'https://a.example' })).toBe('https://a.example')
    expect(copied({ media: 4, url: '/mnt/a.png' })).toBe('')
  })
})

it('an admin pins what all say, and takes back what ordinary members say', () => {
  const theirs: Message = { ...own, cmd: 11, userid: 42 }
  const old = { ...reader, head: true, now: 1e12 }
  expect(allowed(theirs, { ...old, above: true })).toEqual(expect.arrayContaining(['pin', 'recall']))
  expect(allowed(theirs, old)).toContain('pin')
  expect(allowed(theirs, old)).not.toContain('recall')
})

it('who recalled whose message is said as it concerns the reader', () => {
  const name = (id: number) => (id === 42 ? '林晓雨' : '小安')
  const words = (row: Partial<Message>) => recallWords({ ...own, ...row }, 7, name)
  expect(words({})).toBe('你撤回了一条消息')
  expect(words({ userid: 42 })).toBe('林晓雨 撤回了一条消息')
  const room = { cmd: 11 } as const
  expect(words({ ...room, userid: 42, by: 7 })).toBe('你撤回了 林晓雨 的一条消息')
  expect(words({ ...room, userid: 42, by: 51 })).toBe('小安 撤回了 林晓雨 的一条消息')
  expect(words({ ...room, by: 51 })).toBe('小安 撤回了你的一条消息')
  expect(words({ by: 51 })).toBe('管理员移除了你的一条消息')
  expect(words({ userid: 42, by: 51 })).toBe('管理员移除了一条消息')
  language.value = 'en'
  expect(words({ userid: 42 })).toBe('林晓雨 recalled a message')
})
