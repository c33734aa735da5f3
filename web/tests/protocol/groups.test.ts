import { describe, expect, it } from 'vitest'
import { parseFrame } from '@/protocol/frames'
import {
  parseBanned,
  parseCommunity,
  parseGroupLink,
  parseJoinRequest,
  parseMember,
  parseMoved,
} from '@/protocol/groups'
import { announcementIn } from '@/protocol/notices'

const user = { id: 42, nickname: '林晓雨' }

describe('rows of groups', () => {
  it('have what a member is told, and less for outsiders', () => {
    const notice = { content: '八点', userid: 7, createat: 5 }
    const told = {
      id: 3,
      name: '爬山',
      members: 9,
      role: 2,
      notice,
      join: 'approve',
      muted: 1,
      history: 0,
      alias: '雨儿',
    }
    expect(parseCommunity(told)).toMatchObject({ ...told, dissolved: 0 })
    const outside = parseCommunity({ id: 3, name: '爬山', members: 9, join: 'invite' })
    expect(outside).toMatchObject({ role: 0, join: 'invite', notice: { content: '' }, alias: '', muted: 0, history: 1 })
  })

  it('survive what no server says', () => {
    expect(parseCommunity({ id: 3, role: 9, join: 'never', notice: [], members: -1, name: 7 })).toMatchObject({
      ...{ role: 0, join: 'open', members: 0, name: '' },
    })
    for (const parse of [parseCommunity, parseMember, parseMoved, parseJoinRequest, parseBanned, parseGroupLink])
      for (const value of [null, 7, 'x', [], {}, { id: 0 }, { id: '3' }]) expect(parse(value)).toBeNull()
    expect(parseJoinRequest({ id: 1, user: null })).toBeNull()
  })

  it('tell who is muted until when, and what became of whom', () => {
    expect(parseMember({ ...user, role: 3, alias: '雨儿', muted_until: 9, joinedat: 4 })).toMatchObject({
      ...{ id: 42, role: 3, alias: '雨儿', mutedUntil: 9, joinedat: 4 },
    })
    expect(parseMember(user)).toMatchObject({ role: 1, alias: '', mutedUntil: 0 })
    expect(parseMoved({ id: 42, code: -403, msg: '不行' })).toEqual({ id: 42, code: -403, msg: '不行', pending: false })
    expect(parseMoved({ id: 42, code: 0, msg: '', state: 'pending' })).toMatchObject({ pending: true })
    expect(parseJoinRequest({ id: 1, user, state: 'strange' })).toMatchObject({ state: 'expired', by: 0 })
  })

  it('lead only to this server by a link', () => {
    const link = { id: 1, code: 'abc', until: 5, uses: 0, used: 2, by: 7, createat: 1 }
    expect(parseGroupLink({ ...link, url: '/g/abc' })).toEqual({ ...link, url: '/g/abc' })
    for (const url of ['https://evil.example/g/abc', '//evil.example', '/\\evil.example', 'javascript:alert(1)', 7])
      expect(parseGroupLink({ ...link, url })?.url).toBe('')
  })
})

it('events of groups tell whom they are about, refusals until when', () => {
  const event = { cmd: 21, what: 'removed', dstid: 3, userid: 7 }
  expect(parseFrame(JSON.stringify({ ...event, who: [42, 'x', -1] }))).toEqual({ ...event, who: [42] })
  expect(parseFrame(JSON.stringify({ ...event, who: 'all' }))).toEqual(event)
  const refused = parseFrame('{"cmd":2,"code":-1,"msg":"你已被禁言","cid":"a","data":{"until":9}}')
  expect(refused).toMatchObject({ code: -1, until: 9 })
})

it('the text of an announcement is taken out of the server’s sentence', () => {
  expect(announcementIn('小安发布了群公告：\n八点\n带水')).toBe('八点\n带水')
  expect(announcementIn('小安将群名修改为“爬山”\n小安发布了群公告：\n八点')).toBe('八点')
  expect(announcementIn('别的话')).toBe('')
})
