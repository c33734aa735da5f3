import { describe, expect, it } from 'vitest'
import { useFavorites } from '@/features/favorites/favorites'
import { useForwards } from '@/features/forwards/forwards'
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

  it('takes several at once, and passes over what is gone', async () => {
    server.alter('10/42', 42, { cmd: 14, id: said(5).id })
    const favorites = useFavorites()
    await done(favorites.keep(said(3), said(5), said(4)))
    await settle()
    expect(server.favorites.map(({ message }) => message.content)).toEqual(['m4', 'm3'])
    await expect(done(favorites.keep(said(5)))).rejects.toThrow('该消息不存在')
  })

  it('is passed on to several chats with a word, once, also when it is recalled', async () => {
    const { favorites } = await kept(3)
    server.alter('10/42', 42, { cmd: 14, id: favorites.rows[0].message.id })
    server.faults.failCall = 0.5
    useForwards().forwardFavorite(favorites.rows[0].id, ['11/3', '10/42'], '看一下')
    await settle(120_000)
    server.faults.failCall = 0
    await settle(10_000)
    for (const key of ['11/3', '10/42'] as const)
      expect(
        server
          .rows(key)
          .slice(-2)
          .map(({ content, fwd }) => [content, fwd ?? 0]),
      ).toEqual([
        ['m3', 42],
        ['看一下', 0],
      ])
    expect(new Set(server.forwarded).size).toBe(1)
  })
})
