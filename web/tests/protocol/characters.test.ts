import { afterEach, describe, expect, it, vi } from 'vitest'

const family = '👨‍👩‍👧‍👦'

/** With and without `Intl.Segmenter`, which Firefox had only from 125 on. */
describe.each([true, false])('characters (Intl.Segmenter: %s)', (modern) => {
  async function load() {
    vi.resetModules()
    if (!modern) vi.stubGlobal('Intl', { DateTimeFormat: Intl.DateTimeFormat })
    return import('@/protocol/characters')
  }

  afterEach(() => vi.unstubAllGlobals())

  it.each([
    [`${family}一家`, family],
    ['🇨🇳国庆', '🇨🇳'],
    ['👍🏽好', '👍🏽'],
    ['🏴󠁧󠁢󠁳󠁣󠁴󠁿 Alba', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['e\u0301lise', 'E\u0301'],
    ['1️⃣号', '1️⃣'],
    ['李雷', '李'],
    ['ßeta', 'ß'],
    ['𠮷野', '𠮷'],
    ['  \u200b\u202e小明', '小'],
    ['한국', '한'],
    ['नमस्ते', 'न'],
    ['', '?'],
    ['\u200b\u3164', '?'],
  ])('begin a name: %s', async (name, letter) => {
    expect((await load()).initial(name)).toBe(letter)
  })

  it.each([
    ['short', 10, 'short'],
    [`ab${family}cd`, 3, 'ab'],
    [`ab${family}cd`, 2 + family.length, `ab${family}`],
    ['🇨🇳🇨🇳🇨🇳', 9, '🇨🇳🇨🇳'],
    ['ae\u0301e\u0301', 3, 'ae\u0301'],
    ['a\u{20BB7}\u{20BB7}', 2, 'a'],
  ])('are not cut: %s at %s', async (text, most, kept) => {
    expect((await load()).cut(text, most)).toBe(kept)
  })
})

describe('a name', () => {
  it('turns nothing, itself or around it', async () => {
    const { isolated, plainName } = await import('@/protocol/characters')
    expect(plainName('发票\u202efdp.exe')).toBe('发票fdp.exe')
    expect(plainName('\u2066a\u2069\u200fb\nc')).toBe('abc')
    expect(plainName(`نور ${family}`)).toBe(`نور ${family}`)
    expect(isolated('阿波')).toBe('阿波')
    expect(isolated('نور!')).toBe('\u2068نور!\u2069')
  })
})

it('one to three emoji are few, and nothing else is', async () => {
  const { isFewEmoji } = await import('@/protocol/characters')
  const few = ['👍', `${family}🎉`, '🇨🇳 ', '❤️', '👍🏽👍🏿', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👩🏽‍🚀']
  expect(few.filter((text) => !isFewEmoji(text))).toEqual([])
  const others = ['', '1', '好👍', '👍👍👍👍', '🇨', '123', 'a', '👍 好']
  expect(others.filter(isFewEmoji)).toEqual([])
})
