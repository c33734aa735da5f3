import { describe, expect, it } from 'vitest'
import { parse } from '@/protocol/markdown/parse'
import { mayHaveMarks, wordsOf, type Block, type Inline } from '@/protocol/markdown/tree'
import { splitText } from '@/protocol/parts'

const signs = { strong: 'B', emphasis: 'I', deleted: 'S' } as const

/** A tree in a form that is read at a glance: B(bold), I(leaning), S(struck), C(code), L(words→where|host). */
function shown(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      if (part.kind === 'code') return `C(${part.text})`
      if (part.kind === 'name') return `N(${part.text}=${part.id})`
      if (part.kind !== 'link') return `${signs[part.kind]}(${shown(part.children)})`
      return `L(${shown(part.children)}→${part.href}${part.host && `|${part.host}`})`
    })
    .join('')
}

function drawn(blocks: readonly Block[] | null): string {
  if (!blocks) return 'as typed'
  return blocks
    .map((block) => {
      if (block.kind === 'words') return shown(block.children)
      if (block.kind === 'code') return `code[${block.language}](${block.text})`
      if (block.kind === 'quote') return `quote(${drawn(block.children)})`
      if (block.kind === 'list')
        return `list(${block.items.map((one) => `${one.mark} ${drawn(one.children)}`).join(' / ')})`
      return `table(${[block.head, ...block.rows].map((row) => row.map(shown).join(' | ')).join(' / ')})`
    })
    .join(' ¶ ')
}
const read = (text: string) => drawn(parse(text))

describe('marks that people type', () => {
  it.each([
    ['**中文。**后面', 'B(中文。)后面'],
    ['前面**“引用”**后面', '前面B(“引用”)后面'],
    ['他说：**“好。”**我说', '他说：B(“好。”)我说'],
    ['*leaning* and _so_', 'I(leaning) and I(so)'],
    ['***both***', 'I(B(both))'],
    ['~~删除。~~后面', 'S(删除。)后面'],
    ['**n**th', 'B(n)th'],
    ['**多\n行**', 'B(多\n行)'],
    ['run `npm i **x**`', 'run C(npm i **x**)'],
    ['`` a`b ``', 'C(a`b)'],
    ['## 标题 ##', 'B(标题)'],
    ['\\*no\\* \\`no\\`', '*no* `no`'],
    ['**😀**', 'B(😀)'],
  ])('%j is drawn', (text, expected) => expect(read(text)).toBe(expected))
})

describe('what is no mark in a chat', () => {
  it.each([
    '3*4*5', '2**3**4', '5*(3+4)*2', '2 * 3 * 4', 'snake_case_name', '__init__', '_', '中文_中文_中文', '~5分钟', '好的~~~', '~~~', '~~~好吧',
    '好呀~~那我来了~~', ':) ;) >_<', '>100 人', '>_<', '>>> print(1)', '*^_^*', '-_-', '- ', '-', '>', '> ', '1.', '1.你好', '***', '---', '* * *',
    '#话题', '# one', '#', '##', '138****1234', '**', '****', 'C:\\*.txt', '¯\\_(ツ)_/¯', '/usr/local/lib_x/*.so', 'a | b | c',
    '    indented', '&amp; <b>x</b> <!-- -->', '<https://a.example>', '[x]', '[x]()', '[x](y)', '[x](javascript:alert(1))',
    '标题\n===', '标题\n---', '[a]: https://a.example/', 'https://a.example/_x_/*y*', 'foo@a_b_c.example', '`', '``', '` `',
  ])('%j stands as it was typed', (text) => expect(read(text)).toBe('as typed')) // prettier-ignore

  it('keeps the room before lines, and the empty lines between them', () => {
    expect(read('  a **b**\n    c\n\n\nd')).toBe('  a B(b)\n    c\n\n\nd')
  })
})

describe('blocks', () => {
  it.each([
    ['```python\nprint(1)\n```', 'code[python](print(1))'],
    ['```\n  a\n\n  **b**\n```\n后面', 'code[](  a\n\n  **b**) ¶ 后面'],
    ['看\n```js\nx```\n后面', '看 ¶ code[js](x) ¶ 后面'],
    ['```\nnot ended', 'code[](not ended)'],
    ['> 引用\n我的回复', 'quote(引用) ¶ 我的回复'],
    ['> a\n> b\n\n后', 'quote(a\nb) ¶ 后'],
    ['>>> a', 'as typed'],
    ['> > a', 'quote(quote(a))'],
    ['- a\n- b\n谢谢', 'list(• a / • b) ¶ 谢谢'],
    ['- a\n  - b\n- c', 'list(• a ¶ list(• b) / • c)'],
    ['1. 你好', 'list(1. 你好)'],
    ['- 你好', 'list(- 你好)'],
    ['2) a\n3) b', 'list(2) a / 3) b)'],
    ['买：\n1. 一\n1. 二', '买： ¶ list(1. 一 / 1. 二)'],
    ['| a | b |\n|---|--:|\n| **1** | 2 |', 'table(a | b / B(1) | 2)'],
    ['- [ ] a\n- [x] b', 'list(• [ ] a / • [x] b)'],
    ['> 引用\n> 😀\n- a\n- b', 'quote(引用\n😀) ¶ list(• a / • b)'],
  ])('%j', (text, expected) => expect(read(text)).toBe(expected))
})

describe('links', () => {
  it.each([
    ['[百度](https://evil.example/x_y_z)', 'L(百度→https://evil.example/x_y_z|evil.example)'],
    ['[https://bank.example](https://evil.example)', 'L(https://bank.example→https://evil.example/|evil.example)'],
    ['[https://a.example/x](https://a.example/y)', 'L(https://a.example/x→https://a.example/y)'],
    ['[a.example](https://a.example/)', 'L(a.example→https://a.example/)'],
    ['[a](www.a.example/x "title")', 'L(a→https://www.a.example/x|a.example)'],
    ['[**b**](https://a.example/)', 'L(B(b)→https://a.example/|a.example)'],
    ['![图](https://a.example/a.png)', 'L(图→https://a.example/a.png|a.example)'],
    ['[](https://a.example/)', 'L(https://a.example/→https://a.example/)'],
    ['**https://a.example/_x_**后面', 'B(L(https://a.example/_x_→https://a.example/_x_))后面'],
    ['*[x](javascript:alert(1))*', 'I([x](javascript:alert(1)))'],
    ['[x](#/me) **b**', '[x](#/me) B(b)'],
    ['[a [b](https://b.example/)](https://a.example/)', '[a L(b→https://b.example/|b.example)](L(https://a.example/→https://a.example/))'],
  ])('%j', (text, expected) => expect(read(text)).toBe(expected)) // prettier-ignore
})

describe('names', () => {
  const named = (text: string, at: number[], name: (id: number) => string) =>
    drawn(parse(text, (words) => splitText(words, at, name)))

  it('are found in bold, in lists, with marks of their own, and each once', () => {
    expect(named('**@小安\u2005** 来', [7], () => '小安')).toBe('B(N(@小安=7)\u2005) 来')
    expect(named('*@__a_b__* 你好', [7], () => '__a_b__')).toBe('I(N(@__a_b__=7)) 你好')
    expect(named('- @甲\u2005\n- @乙\u2005', [1, 2], (id) => ['', '甲', '乙'][id])).toBe(
      'list(• N(@甲=1)\u2005 / • N(@乙=2)\u2005)',
    )
    expect(named('`@小安` **b**', [7], () => '小安')).toBe('C(@小安) B(b)')
  })
})

describe('bounds', () => {
  const hostile = {
    stars: '*'.repeat(10_000),
    brackets: '['.repeat(10_000),
    quotes: '> '.repeat(5_000),
    'quotes without room': '>'.repeat(10_000),
    'bold that nobody ends': '**a '.repeat(4_900),
    'stars and underlines': '*a_ '.repeat(4_900),
    backticks: Array.from({ length: 150 }, (_, n) => '`'.repeat(n)).join(' '),
    links: '[a]('.repeat(4_900),
    pictures: '![['.repeat(6_000),
    'lists in lists': Array.from({ length: 130 }, (_, n) => `${' '.repeat(n * 2)}- a`).join('\n'),
    'items in a line': '- '.repeat(9_000),
    lines: '*a*\n'.repeat(4_900),
    cells: `${'|a'.repeat(4_000)}\n${'|-'.repeat(4_000)}`,
    long: `**a** ${'x'.repeat(20_000)}`,
    backslashes: '\\'.repeat(19_000),
    emphasis: `${'*a '.repeat(200)}x${' a*'.repeat(200)}`,
  }

  it.each(Object.entries(hostile))('%s end, and nothing of them is lost', (_, text) => {
    const blocks = parse(text)
    const kept = (words: string) => words.replace(/[\s|*\-•]+/g, '')
    if (blocks) expect(kept(wordsOf(blocks))).toBe(kept(text).replace(/\\\\/g, '\\\\'))
  })

  it('reads only what may have marks', () => {
    expect(
      ['hello', '你好，明天见', 'a-b', '5 > 3', '1.5', '#话题', '~5', 'x'.repeat(20_001) + '**a**'].filter(
        mayHaveMarks,
      ),
    ).toEqual([])
    expect(
      ['**a**', '`a`', '> a', '- a', '1. a', '[a](b)', 'x\n## a', '~~a~~', '|a|\n|-|'].filter(
        (one) => !mayHaveMarks(one),
      ),
    ).toEqual([])
  })

  it('gives a preview the words without the marks', () => {
    const words = (text: string) => wordsOf(parse(text) ?? [])
    expect(words('**a** `b`\n> c\n\n- d\n- e')).toBe('a b\nc\n• d\n• e')
    expect(words('| a | b |\n|---|---|\n| c | [d](https://a.example/) |')).toBe('a b\nc d')
  })
})
