import { describe, expect, it } from 'vitest'
import { hostOf, splitLinks, whereTo } from '@/protocol/links'

const x = 'https://a.example/x'
const links = (text: string) =>
  splitLinks(text)
    .filter((part) => part.href)
    .map((part) => part.text)

describe('a link ends', () => {
  it.each([
    // Behind it, marks of a sentence and Chinese words.
    [`见 ${x}，然后`, x],
    [`${x}。`, x],
    [`${x}…`, x],
    [`${x}～`, x],
    [`${x}——张三`, x],
    [`${x}？好`, x],
    [`${x}！`, x],
    [`${x}：`, x],
    [`${x}、${x}/2`, x, `${x}/2`],
    [`打开${x}看看`, x],
    [`${x}看看`, x],
    [`${x}에서`, x],
    [`${x}ครับ`, x],
    [`${x}😀`, x],
    [`${x}.`, x],
    [`${x}...`, x],
    [`${x}?`, x],
    [`${x}!?`, x],
    [`${x}, ${x}/2`, x, `${x}/2`],
    [`${x},${x}/2`, x, `${x}/2`],
    [`${x};${x}/2`, x, `${x}/2`],
    [`${x}\u200b 好`, x],
    [`${x}\u202e好`, x],
    [`${x}\u3000好`, x],
    [`${x}|${x}`, x, x],
    // Brackets and quotes around it.
    [`（${x}）`, x],
    [`「${x}」。`, x],
    [`『${x}』`, x],
    [`【通知】${x}`, x],
    [`《${x}》`, x],
    [`“${x}”`, x],
    [`‘${x}’`, x],
    [`"${x}"`, x],
    [`'${x}'`, x],
    [`<${x}>`, x],
    [`(${x})`, x],
    [`(${x}.)`, x],
    [`(${x}).`, x],
    [`[${x}]`, x],
    [`{${x}}`, x],
    [`[docs](${x})`, x],
    [`[${x}](${x}/2)`, x, `${x}/2`],
    [`**${x}**`, x],
    [`_${x}_`, x],
    [`~~${x}~~`, x],
    [`\`${x}\``, x],
    [`${x}(点这里)`, x],
    [`${x}（点这里）`, x],
    // What belongs to it.
    ['(see https://a.example/Foo_(bar))', 'https://a.example/Foo_(bar)'],
    ['https://a.example/Foo_(bar)', 'https://a.example/Foo_(bar)'],
    ['https://zh.example/wiki/北京_(消歧义)', 'https://zh.example/wiki/北京_(消歧义)'],
    ["https://a.example/wiki/Moore's_law", "https://a.example/wiki/Moore's_law"],
    [`${x}?q=1&b=[2]`, `${x}?q=1&b=[2]`],
    [`${x}?q=鹊桥`, `${x}?q=鹊桥`],
    [`${x}#章节`, `${x}#章节`],
    ['https://zh.example/wiki/鹊桥', 'https://zh.example/wiki/鹊桥'],
    ['https://zh.example/wiki/鹊桥。', 'https://zh.example/wiki/鹊桥'],
    ['https://zh.example/wiki/卡尔·马克思', 'https://zh.example/wiki/卡尔·马克思'],
    ['https://zh.example/文件/报告.最终.pdf', 'https://zh.example/文件/报告.最终.pdf'],
    ['https://de.example/Müller-Straße', 'https://de.example/Müller-Straße'],
    ['https://ru.example/Пушкин', 'https://ru.example/Пушкин'],
    [`${x}%20y%E9%B9%8A`, `${x}%20y%E9%B9%8A`],
    [`${x}/@ann/~bob/$1;v=2/a,b`, `${x}/@ann/~bob/$1;v=2/a,b`],
    ['https://a.example:8443/x', 'https://a.example:8443/x'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['http://192.168.1.2:8888', 'http://192.168.1.2:8888'],
    ['https://user@a.example/', 'https://user@a.example/'],
    ['https://例子.测试/路径', 'https://例子.测试/路径'],
    ['https://www.例子.测试', 'https://www.例子.测试'],
    ['www.a.example/x，', 'www.a.example/x'],
    ['看www.a.example看', 'www.a.example'],
    ['HTTPS://A.EXAMPLE/X', 'HTTPS://A.EXAMPLE/X'],
    ['https://web.example/2020/https://a.example/', 'https://web.example/2020/https://a.example/'],
    // None at all.
    ['mailto:a@b.example 不是网址'],
    ['javascript:alert(1)'],
    ['https://'],
    ['http://。'],
    ['awww.a.example a@www.a.example'],
    ['ftp://a.example/x'],
  ])('%s', (text, ...wanted) => {
    expect(links(text)).toEqual(wanted)
    expect(
      splitLinks(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
  })

  it('soon, however long a text of brackets is', () => {
    const begun = performance.now()
    splitLinks('https://a.example/' + '('.repeat(50_000))
    splitLinks('https://'.repeat(8_000))
    expect(performance.now() - begun).toBeLessThan(5_000)
  })
})

it('a link leads where it says', () => {
  expect(splitLinks('www.a.example/x')[0].href).toBe('https://www.a.example/x')
  expect(splitLinks('https://zh.example/wiki/鹊桥')[0].href).toBe('https://zh.example/wiki/%E9%B9%8A%E6%A1%A5')
})

it('the host of a card is named without www', () => {
  expect(hostOf('https://www.trail.example/12')).toBe('trail.example')
  expect(hostOf('/mnt/a.png')).toBe('')
  expect(hostOf('https://[')).toBe('')
})

it('says where a link leads, and nothing that nobody has looked at', () => {
  expect(whereTo('https://www.trail.example/12')).toBe('trail.example')
  expect(whereTo('call 12345')).toBe('call 12345')
  for (const broken of ['https://call-12345:99999/', 'http://[call 12345', ' https://call 12345']) {
    expect(whereTo(broken)).toBe('')
  }
})
