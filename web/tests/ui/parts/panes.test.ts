import { expect, it } from 'vitest'
import { createSSRApp, h, type Component } from 'vue'
import { renderToString } from 'vue/server-renderer'
import NoticeBar from '@/ui/parts/NoticeBar.vue'
import PaneBar from '@/ui/parts/PaneBar.vue'
import PaneView from '@/ui/parts/PaneView.vue'

function draw(part: Component, given: object, slots: Record<string, () => unknown> = {}): Promise<string> {
  return renderToString(createSSRApp({ render: () => h(part, given, slots) }))
}

const words = (html: string) =>
  html
    .replace(/<!--.*?-->/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

it('a view has its way back and its title over what is scrolled', async () => {
  const html = await draw(
    PaneView,
    { title: '钱包', subtitle: '积分', label: '钱包' },
    { tools: () => 'tools', top: () => 'top', default: () => 'rows' },
  )
  expect(html).toMatch(/<section[^>]*aria-label="钱包"/)
  expect(html).toContain('aria-label="返回"')
  expect(words(html)).toBe('钱包 积分 tools top rows')
  expect(html).not.toMatch(/<div class="scroll"[^>]*>.*top/)
})

it('a line over a pane is a landmark where it has a name', async () => {
  const named = await draw(PaneBar, { icon: 'pin', label: '置顶', title: '置顶消息', words: '早上好' })
  expect(named).toMatch(/role="region" aria-label="置顶"/)
  expect(words(named)).toBe('置顶消息 早上好')
  const nameless = await draw(PaneBar, { icon: 'door', words: '2 人申请入群' }, { default: () => 'read' })
  expect(nameless).not.toContain('role=')
  expect(words(nameless)).toBe('2 人申请入群 read')
})

it('a line over the page is read out only if it came while the page was open', async () => {
  const said = (live: boolean) =>
    draw(NoticeBar, { label: '新设备', words: '有新设备登录', live }, { default: () => '查看' })
  expect(await said(true)).toMatch(/<p[^>]*role="status"/)
  expect(await said(false)).not.toContain('role="status"')
  expect(words(await said(true))).toBe('有新设备登录 查看')
})
