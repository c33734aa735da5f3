import { describe, expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import ListPane from '@/ui/parts/ListPane.vue'

/** The pane as text without its attributes. */
async function draw(rows: string[], loaded: boolean): Promise<string> {
  const given = {
    title: '通讯录',
    rows,
    keyOf: (row: string) => row,
    loaded,
    icon: 'people',
    empty: '还没有好友',
    rowHeight: 62,
  }
  const slots = {
    tools: () => 'tools',
    top: () => 'top',
    row: ({ row }: { row: string }) => `row ${row}`,
    waiting: () => 'waiting',
    actions: () => 'actions',
  }
  const html = await renderToString(createSSRApp({ render: () => h(ListPane as object, given, slots) }))
  return html
    .replace(/<!--.*?-->/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

describe('a list', () => {
  it('has its title, its buttons and its rows', async () => {
    expect(await draw(['小安', '阿波'], true)).toBe('通讯录 tools top row 小安 row 阿波')
  })

  it('does not say that it is empty before the server did', async () => {
    expect(await draw([], false)).toBe('通讯录 tools top waiting')
    expect(await draw([], true)).toBe('通讯录 tools top 还没有好友 actions')
    expect(await draw(['小安'], false)).toBe('通讯录 tools top row 小安')
  })
})
