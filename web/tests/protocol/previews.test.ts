import { expect, it } from 'vitest'
import { shownHost } from '@/protocol/hosts'
import { parseMessage } from '@/protocol/messages'
import { parsePreview } from '@/protocol/previews'

it('a preview is read as it is, and without what no page can be trusted with', () => {
  const all = { url: 'https://a.cn/x', title: 'A', desc: 'b', site: 'C', pic: '/mnt/2026/11/a.jpg', w: 6, h: 4 }
  expect(parsePreview(all)).toEqual(all)
  const row = { id: 9, userid: 7, dstid: 42, cmd: 10, media: 1, content: 'a', seq: 3, ver: 3, createat: 1 }
  expect(parseMessage({ ...row, preview: all })).toMatchObject({ preview: all })
  expect(parsePreview({ url: 'https://a.cn/', title: 'A' })).toEqual({ url: 'https://a.cn/', title: 'A' })
  for (const broken of [null, 'x', [], {}, { url: 'javascript:alert(1)', title: 'A' }, { url: 'https://a.cn/' }])
    expect(parsePreview(broken)).toBeUndefined()
  // A picture of another server would tell it who reads.
  for (const pic of ['https://a.cn/p.jpg', '//a.cn/mnt/p.jpg', 'javascript:1', 5])
    expect(parsePreview({ ...all, pic })).not.toHaveProperty('pic')
  expect(parsePreview({ ...all, w: -1 })).not.toHaveProperty('pic')
})

it.each([
  ['https://www.a.cn/x?y', 'a.cn'],
  ['https://a.cn:8080/', 'a.cn:8080'],
  ['https://例子.中国/', '例子.中国'],
  ['https://www.例子.测试:81/', '例子.测试:81'],
  ['https://bücher.example/', 'xn--bcher-kva.example'],
  ['https://한국.kr/', '한국.kr'],
  ['https://аррӏе.com/', 'xn--80ak6aa92e.com'],
  ['https://pаypal.com/', 'xn--pypal-4ve.com'],
  ['https://中a国.cn/', 'xn--a-kq6az5z.cn'],
  ['https://user:pass@b.cn/', 'b.cn'],
  ['https://xn--/', ''],
  ['ftp://a.cn/', ''],
  ['/mnt/x', ''],
])('the host of %s is shown as %s', (url, host) => {
  expect(shownHost(url)).toBe(host)
})

it('any Chinese name is read as it was written', () => {
  const letters = [...'一丁七万丈三上下不与丑专且世丘丙业丛东丝丢两严丧个中丰临丸丹为主丽举']
  for (let length = 1; length < 20; length++) {
    const name = letters.slice(length, 2 * length).join('')
    expect(shownHost(`https://${name}1-${name}.cn/`)).toBe(`${name}1-${name}.cn`)
  }
})
