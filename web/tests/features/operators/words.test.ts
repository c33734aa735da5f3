import { afterEach, describe, expect, it } from 'vitest'
import { actText, stateOf } from '@/features/operators/words'
import { tabs } from '@/features/operators/tabs'
import { language } from '@/i18n'
import { parseAccount, parseAct, parseInvite } from '@/protocol/operators'

const act = (what: string, after = '1', more: object = {}) =>
  parseAct({ id: 1, op: 7, op_name: 'Ann', what, target: '8', target_name: 'Bo', before: '0', after, ...more })!

afterEach(() => {
  language.value = 'zh'
})

describe('what operators did', () => {
  it('is told in a sentence for each kind, in both directions', () => {
    language.value = 'en'
    expect(actText(act('op'))).toBe('Ann made Bo an operator')
    expect(actText(act('op', '0'))).toBe('Ann unmade Bo as an operator')
    expect(actText(act('deactivate'))).toBe('Ann deactivated the account of Bo')
    expect(actText(act('mute', '0'))).toBe('Ann unmuted Bo')
    expect(actText(act('mute', String(Number.MAX_SAFE_INTEGER)))).toBe('Ann muted Bo for good')
    expect(actText(act('mute', '1893456000000'))).toMatch(/^Ann muted Bo until .*20(29|30)/)
  })

  it('names the command line, and people without a name', () => {
    expect(actText(act('op', '1', { op: 0, op_name: '', target_name: '' }))).toBe('命令行 将 用户 8 设为管理员')
  })

  it('groups the digits of points as the language does, and sets apart what was said of them', () => {
    const given = act('grant', '1008967 活动经费', { before: '8967' })
    expect(actText(given)).toBe('Ann 调整了 Bo 的积分：8,967 → 1,008,967 · 活动经费')
    expect(actText(act('grant', '-5', { before: '0' }))).toMatch(/：0 → -5$/)
  })

  it('is told in the words of the server where the page knows none', () => {
    expect(actText(act('something.new', 'x'))).toBe('Ann：something.new 8（0 → x）')
  })
})

describe('people', () => {
  it('have marks for what is not as usual', () => {
    const account = parseAccount({ id: 8, nickname: 'Bo', op: 1, deactivated: 1, muted_until: 2 ** 53 - 1 })!
    expect(stateOf(account)).toEqual(['管理员', '已停用', '永久禁言'])
    expect(stateOf(parseAccount({ id: 8 })!)).toEqual([])
  })

  it('are left out when a row is none', () => {
    expect([parseAccount({}), parseAct({ id: 0 }), parseInvite({ id: 1 })]).toEqual([null, null, null])
  })
})

it('tabs have a name each', () => {
  expect(new Set(tabs.map(({ name }) => name)).size).toBe(tabs.length)
  expect(tabs[0].name).toBe('people')
})
