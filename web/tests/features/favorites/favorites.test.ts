import { describe, expect, it } from 'vitest'
import { useFavorites } from '@/features/favorites/favorites'
import { contentOf } from '@/protocol/favorites'
import type { Message } from '@/protocol/messages'
import { server, settle, usePage } from '../../fake-page'

usePage()

const said = (seq: number) => server.rows('10/42')[seq - 1]

/** What a call comes to, after the time it takes. */
async function done<Answer>(call: Promise<Answer>): Promise<Answer> {
  const [answer] = await Promise.all([call, settle()])
  return answer
}

async function kept(...seqs: number[]) {
  const favorites = useFavorites()
  for (const seq of seqs) await done(favorites.keep(said(seq)))
  await done(favorites.look(''))
  return { favorites, texts: () => favorites.rows.map(({ message }) => message.content) }
}

describe('what one keeps', () => {
  it('is listed, the newest first, and found by its words', async () => {
    const { favorites, texts } = await kept(3, 13, 4)
    expect(texts()).toEqual(['m4', 'm13', 'm3'])
    await done(favorites.look('3'))
    expect(texts()).toEqual(['m13', 'm3'])
    await done(favorites.look('x'))
    expect([texts(), favorites.loaded]).toEqual([[], true])
  })

  it('comes page by page', async () => {
    const { favorites, texts } = await kept(...Array.from({ length: 70 }, (_, index) => index + 1))
    expect([texts().length, favorites.more]).toEqual([30, true])
    await done(favorites.older())
    await done(favorites.older())
    expect([texts().length, favorites.more, texts().at(-1)]).toEqual([70, false, 'm1'])
    await done(favorites.older())
    expect(texts().length).toBe(70)
  })

  it('stays when what was said is recalled, and knows that', async () => {
    const { favorites, texts } = await kept(3)
    const [favorite] = favorites.rows
    expect(await done(favorites.stands(favorite))).toBe(true)
    server.alter('10/42', 42, { cmd: 14, id: favorite.message.id })
    expect(await done(favorites.stands(favorite))).toBe(false)
    await done(favorites.look(''))
    expect(texts()).toEqual(['m3'])
    await expect(done(favorites.keep(said(3)))).rejects.toThrow('该消息不存在')
  })

  it('is removed, also when another device was quicker', async () => {
    const { favorites, texts } = await kept(3, 4)
    const [newer, older] = favorites.rows
    await done(favorites.remove(newer))
    expect(texts()).toEqual(['m3'])
    server.favorites = []
    await done(favorites.remove(older))
    expect(texts()).toEqual([])
  })

  it('is said again elsewhere, without what belongs to its place', async () => {
    const { favorites } = await kept(3)
    favorites.send({ ...favorites.rows[0].message, at: [7], ref: 9 }, '11/3')
    await settle()
    const row = server.rows('11/3').at(-1)
    expect(row).toMatchObject({ media: 1, content: 'm3', userid: 7 })
    expect(row).not.toHaveProperty('at')
    expect(row).not.toHaveProperty('ref')
    expect(contentOf({ media: 5, url: '/redpacket/1', amount: 3 } as Message)).toBeNull()
  })
})
