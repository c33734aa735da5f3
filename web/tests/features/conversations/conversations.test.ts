import { describe, expect, it } from 'vitest'
import { useConversations } from '@/features/conversations/conversations'
import { useDrafts } from '@/features/drafts/drafts'
import { language } from '@/i18n'
import { server, settle, startPage, usePage } from '../../fake-page'

usePage()

describe('the list', () => {
  it('shows names, the last message with its author in groups, and what is unread', async () => {
    expect(useConversations().rows[0].preview).toBe('用户 51：早')
    await settle()
    const { rows, unread } = useConversations()
    expect(rows).toMatchObject([
      { key: '11/3', title: '周末爬山', preview: 'user 51：早', unread: 1 },
      { key: '10/42', title: '林晓雨', preview: 'm80', unread: 80 },
    ])
    expect(unread).toBe(81)
  })

  it('asks for an unknown author once, however often the list is drawn', async () => {
    for (let count = 0; count < 5; count++) {
      server.write('11/3', 51, `word ${count}`)
      await settle()
      expect(useConversations().rows[0].preview).toContain('word')
    }
    expect(server.asked.filter((id) => id === 51)).toHaveLength(1)
  })

  it('stays in its order when the server has a notice to give', async () => {
    server.write('10/42', 42, 'newest')
    await settle()
    server.write('11/3', 51, '小安加入了群', { media: 90 })
    await settle()
    expect(useConversations().rows).toMatchObject([
      { key: '10/42', preview: 'newest' },
      { key: '11/3', preview: '小安加入了群', unread: 1 },
    ])
  })

  it('follows the language', () => {
    server.log.clear()
    language.value = 'en'
    expect(useConversations().target('11/99').title).toBe('Group 99')
    language.value = 'zh'
    expect(useConversations().target('11/99').title).toBe('群 99')
    expect(useConversations().target('10/7').title).toBe('我的笔记')
  })

  it('keeps drafts over a reload, also of a chat without messages', async () => {
    useDrafts().set('10/7', { text: '没写完' })
    startPage()
    await settle()
    expect(useConversations().rows.find(({ key }) => key === '10/7')).toMatchObject({ draft: '没写完', last: 'none' })
    useDrafts().set('10/7', { text: '  ' })
    expect(useConversations().rows.some(({ key }) => key === '10/7')).toBe(false)
  })
})
