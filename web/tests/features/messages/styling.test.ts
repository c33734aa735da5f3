import { describe, expect, it } from 'vitest'
import { markOf, withMarks } from '@/features/messages/composer/styling'

const key = (name: string, more: Partial<KeyboardEvent> = {}) =>
  markOf({ key: name, ctrlKey: true, metaKey: false, shiftKey: false, altKey: false, ...more })

/** What the field has after a key, with what is selected in brackets: so it is given, too. */
function pressed(before: string, mark: string): string {
  const from = before.indexOf('[')
  const to = before.indexOf(']') - 1
  const text = before.replace(/[[\]]/g, '')
  const { from: start, to: end, piece, ...chosen } = withMarks(text, from, to, mark)
  const after = text.slice(0, start) + piece + text.slice(end)
  return `${after.slice(0, chosen.start)}[${after.slice(chosen.start, chosen.end)}]${after.slice(chosen.end)}`
}

describe('keys of marks', () => {
  it('are those that people know', () => {
    expect(['b', 'B', 'i', 'e'].map((name) => key(name))).toEqual(['**', '**', '*', '`'])
    expect(key('X', { shiftKey: true })).toBe('~~')
    expect(key('b', { ctrlKey: false, metaKey: true })).toBe('**')
  })

  it('leave others alone', () => {
    expect(
      [key('x'), key('c'), key('b', { ctrlKey: false }), key('b', { altKey: true }), key('constructor')].join(''),
    ).toBe('')
  })

  it.each([
    ['说 [你好] 吧', '**', '说 **[你好]** 吧'],
    ['说 **[你好]** 吧', '**', '说 [你好] 吧'],
    ['说 [**你好**] 吧', '**', '说 [你好] 吧'],
    ['a[ b ]c', '*', 'a *[b]* c'],
    ['**[b]**', '*', '***[b]***'],
    ['***[b]***', '*', '**[b]**'],
    ['a[]b', '`', 'a`[]`b'],
    ['见[x = 1\ny]', '`', '见\n```\n[x = 1\ny]\n```'],
    ['[a]', '~~', '~~[a]~~'],
  ])('%j with %j', (before, mark, after) => expect(pressed(before, mark)).toBe(after))
})
