import { expect, it } from 'vitest'
import { createSSRApp, h, type Component } from 'vue'
import { renderToString } from 'vue/server-renderer'
import PickList from '@/ui/parts/PickList.vue'

const rows = [
  { key: 'a', id: 1, name: '小安', avatar: '' },
  { key: 'b', id: 2, name: '阿波', avatar: '', fixed: '已在群里' },
  { key: 'c', id: 3, name: '林晓雨', avatar: '' },
]

async function draw(found: typeof rows, chosen: string[]): Promise<string> {
  const given = {
    rows: found,
    rowOf: (key: string) => rows.find((row) => row.key === key),
    modelValue: chosen,
    wanted: '',
    most: 2,
    tooMany: '太多了',
    find: '搜索',
    label: '好友',
    empty: '没有找到',
  }
  return renderToString(createSSRApp({ render: () => h(PickList as Component, given) }))
}

const checked = (html: string) =>
  [...html.matchAll(/<input type="checkbox"[^>]*>/g)].map(([tag]) => /checked/.test(tag))

it('ticks who is chosen and who is in for good, who cannot be taken out', async () => {
  const html = await draw(rows, ['c'])
  expect(checked(html)).toEqual([false, true, true])
  expect([...html.matchAll(/<input type="checkbox"[^>]*>/g)].map(([tag]) => /disabled/.test(tag))).toEqual([
    false,
    true,
    false,
  ])
  expect(html).toContain('已在群里')
})

it('keeps whom one has chosen above a list in which they are not found', async () => {
  const html = await draw([], ['c', 'a'])
  expect([...html.matchAll(/class="chip"[^>]*aria-label="([^"]+)"/g)].map(([, label]) => label)).toEqual([
    expect.stringContaining('林晓雨'),
    expect.stringContaining('小安'),
  ])
  expect(html).toContain('没有找到')
})
