import { afterEach, describe, expect, it } from 'vitest'
import { allowedActs } from '@/features/groups/rights'
import { untilText } from '@/features/groups/words'
import { noticeParts, noticeText } from '@/features/media/notices'
import { language } from '@/i18n'
import { Role } from '@/protocol/groups'
import { parseNotice } from '@/protocol/notices'

afterEach(() => {
  language.value = 'zh'
})

const names = { me: 7, nameOf: (id: number) => ({ 42: '林晓雨', 51: '阿波' })[id] ?? `user ${id}` }
const notice = (what: string, more: object = {}, content = '服务器的话') => ({
  media: 90,
  content,
  memo: JSON.stringify({ what, by: 42, who: [], ...more }),
})

describe('notices', () => {
  it.each([
    ['created', {}, '林晓雨 创建了群聊', '林晓雨 created the group'],
    ['joined', { who: [42] }, '林晓雨 加入了群聊', '林晓雨 joined the group'],
    ['joined', { who: [51, 7] }, '林晓雨 将 阿波、你 添加到群聊', '林晓雨 added 阿波, you'],
    ['left', { who: [42] }, '林晓雨 退出了群聊', '林晓雨 left the group'],
    ['removed', { who: [51] }, '林晓雨 将 阿波 移出了群聊', '林晓雨 removed 阿波'],
    ['renamed', { name: '爬山 {by}' }, '林晓雨 将群名称改为“爬山 {by}”', '林晓雨 renamed the group to “爬山 {by}”'],
    ['transferred', { who: [7] }, '林晓雨 将群主转让给 你', '林晓雨 made you the owner of the group'],
    ['muted', { until: 9e15 }, '林晓雨 开启了全员禁言', '林晓雨 muted all members'],
    ['muted', { until: 0 }, '林晓雨 关闭了全员禁言', '林晓雨 let all members write again'],
    ['dissolved', {}, '林晓雨 解散了群聊', '林晓雨 dissolved the group'],
  ])('%s is in the reader’s language', (what, more, zh, en) => {
    expect(noticeText(notice(what, more), names)).toBe(zh)
    language.value = 'en'
    expect(noticeText(notice(what, more), names)).toBe(en)
  })

  it('lead to the people in them, and name only the first of many', () => {
    expect(noticeParts(notice('removed', { who: [51] }), names)).toEqual([
      { text: '林晓雨', id: 42 },
      { text: ' 将 ' },
      { text: '阿波', id: 51 },
      { text: ' 移出了群聊' },
    ])
    const many = Array.from({ length: 30 }, (_, index) => 100 + index)
    const parts = noticeParts(notice('joined', { who: many }), names)
    expect(parts.filter(({ id }) => id)).toHaveLength(6)
    expect(noticeText(notice('joined', { who: many }), names)).toContain('等另外 25 人')
    language.value = 'en'
    expect(noticeText(notice('left', { by: 7, who: [7] }), names)).toBe('You left the group')
  })

  it('of an announcement have its text, once', () => {
    const told = notice('notice', {}, '林晓雨发布了群公告：\n八点集合\n群公告：带水')
    expect(noticeText(told, names)).toBe('林晓雨 发布了群公告：八点集合\n群公告：带水')
  })

  it('that are not known are as the server said them', () => {
    for (const memo of [undefined, '', '{', '[]', '{"what":"joined"}', '{"what":"flew","by":42}', '1280x960']) {
      expect(parseNotice(memo)).toBeNull()
      expect(noticeText({ media: 90, content: '阿波加入了群', memo }, names)).toBe('阿波加入了群')
    }
  })
})

describe('what may be done to a member', () => {
  const of = (mine: Role, role: Role, mutedUntil = 0, self = false) =>
    allowedActs(mine, { role, mutedUntil }, self, 1000).slice(1)

  it.each([
    [Role.Member, Role.Member, []],
    [Role.Member, Role.Owner, []],
    [Role.Admin, Role.Member, ['mute', 'remove', 'ban']],
    [Role.Admin, Role.Admin, []],
    [Role.Admin, Role.Owner, []],
    [Role.Owner, Role.Member, ['admin', 'mute', 'transfer', 'remove', 'ban']],
    [Role.Owner, Role.Admin, ['noAdmin', 'mute', 'transfer', 'remove', 'ban']],
  ])('by %i to %i', (mine, role, acts) => {
    expect(of(mine, role)).toEqual(acts)
  })

  it('is to let them speak while they are muted, and nothing to oneself', () => {
    expect(of(Role.Admin, Role.Member, 2000)).toEqual(['unmute', 'remove', 'ban'])
    expect(of(Role.Admin, Role.Member, 900)).toEqual(['mute', 'remove', 'ban'])
    expect(of(Role.Owner, Role.Owner, 0, true)).toEqual([])
  })
})

it('until when something lasts is said with the day unless it is today', () => {
  const now = new Date(2026, 10, 29, 12).getTime()
  expect(untilText(now + 3_600_000, now)).toBe('13:00')
  expect(untilText(now + 24 * 3_600_000, now)).toBe('11月30日 12:00')
  expect(untilText(Number.MAX_SAFE_INTEGER, now)).toBe('')
})
