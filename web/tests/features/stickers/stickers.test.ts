import { describe, expect, it } from 'vitest'
import { useStickers } from '@/features/stickers/stickers'
import type { Message } from '@/protocol/messages'
import { stickerIn } from '@/protocol/stickers'
import { server, settle, usePage } from '../../fake-page'

usePage()

async function done<Answer>(call: Promise<Answer>): Promise<Answer> {
  const [answer] = await Promise.all([call, settle()])
  return answer
}

describe('stickers of one’s own', () => {
  it('are kept from messages, the newest first, each once', async () => {
    const stickers = useStickers()
    const said = (url: string) => ({ media: 6, url }) as Message
    for (const url of ['/mnt/a.png', '/asset/stickers/magpie/hello.svg', '/mnt/a.png'])
      await done(stickers.keepFrom(said(url)))
    expect(stickers.rows.map(({ url }) => url)).toEqual(['/mnt/a.png', '/asset/stickers/magpie/hello.svg'])
  })

  it('are those of all devices when they are looked at', async () => {
    const stickers = useStickers()
    server.stickers = [{ id: 9, url: '/mnt/b.png' }]
    expect(stickers.loaded).toBe(false)
    await done(stickers.load())
    expect(stickers.rows).toEqual([{ id: 9, url: '/mnt/b.png' }])
  })

  it('are removed, also when another device was quicker', async () => {
    const stickers = useStickers()
    server.stickers = [
      { id: 2, url: '/mnt/b.png' },
      { id: 1, url: '/mnt/a.png' },
    ]
    await done(stickers.load())
    const [newer, older] = stickers.rows
    await done(stickers.remove(newer))
    server.stickers = []
    await done(stickers.remove(older))
    expect(stickers.rows).toEqual([])
  })
})

it('only pictures of our own can be kept', () => {
  expect(stickerIn({ media: 4, url: '/mnt/2026/11/a.png' })).toBe('/mnt/2026/11/a.png')
  expect(stickerIn({ media: 6, content: '/mnt/a.gif' })).toBe('/mnt/a.gif')
  expect(stickerIn({ media: 6, content: '哈哈' })).toBe('')
  expect(stickerIn({ media: 4, url: 'https://elsewhere.example/a.png' })).toBe('')
  expect(stickerIn({ media: 4, url: '/mnt/a.png', recalled: 1 })).toBe('')
  expect(stickerIn({ media: 10, url: '/mnt/a.png', content: 'a.png' })).toBe('')
})
