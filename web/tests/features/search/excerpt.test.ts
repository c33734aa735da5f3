import { describe, expect, it } from 'vitest'
import { excerptOf, rangesIn, rangesOf, type Piece } from '@/features/search/excerpt'

/** Hits in brackets. */
const shown = (pieces: Piece[]) => pieces.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('')

describe('an excerpt', () => {
  it('is the whole of a short text, with its hits', () => {
    expect(shown(excerptOf('明天一起吃饭吗? Zebra', [[4, 6], [9, 14]]))).toBe('明天一起[吃饭]吗? [Zebra]') // prettier-ignore
    expect(shown(excerptOf('没有', []))).toBe('没有')
    expect(shown(excerptOf('', []))).toBe('')
  })

  it('begins a little before the first hit, which is seen in a row of two lines', () => {
    const text = `${'前'.repeat(80)}吃饭${'后'.repeat(300)}`
    const cut = shown(excerptOf(text, [[80, 82]]))
    expect(cut.startsWith(`…${'前'.repeat(12)}[吃饭]后`)).toBe(true)
    expect(cut.length).toBeLessThan(180)
    const latin = `${'word '.repeat(40)}zebra`
    expect(shown(excerptOf(latin, [[200, 205]]))).toBe('…word word word word [zebra]')
  })

  it('does not cut off a few words alone', () => {
    expect(shown(excerptOf(`${'前'.repeat(15)}吃饭`, [[15, 17]]))).toBe(`${'前'.repeat(15)}[吃饭]`)
  })

  it('is one line, and cuts nothing that a reader sees as one character', () => {
    expect(shown(excerptOf('一\n\n  二\t三', [[7, 8]]))).toBe('一 二 [三]')
    const family = '👨‍👩‍👧'
    const cut = shown(excerptOf(`${family.repeat(30)}吃饭`, [[family.length * 30, family.length * 30 + 2]]))
    expect(cut).toBe(`…${family.repeat(12)}[吃饭]`)
    expect(shown(excerptOf(family.repeat(60), []))).toBe(family.repeat(20))
  })

  it('knows the same places in the words without their marks', () => {
    expect(rangesIn('去 吃饭 吧，吃饭', '去 **吃饭** 吧，吃饭', [[4, 6], [11, 13]])).toEqual([[2, 4], [7, 9]]) // prettier-ignore
    expect(rangesIn('吃饭', '吃**饭**', [[0, 4]])).toBeNull()
  })

  it('finds by itself what the server does not tell', () => {
    expect(rangesOf('Zhang San 张三', 'san 张')).toEqual([[6, 9], [10, 11]]) // prettier-ignore
    expect(rangesOf('aaa', 'a aa')).toEqual([[0, 2], [2, 3]]) // prettier-ignore
    expect(rangesOf('İstanbul', 'stan')).toEqual([])
    expect(rangesOf('张三', ' ')).toEqual([])
  })
})
