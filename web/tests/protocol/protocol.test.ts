import { describe, expect, it } from 'vitest'
import { parseUser } from '@/protocol/accounts'
import { keyOfMessage, parseChatKey, parseConversation } from '@/protocol/conversations'
import { lookFrame, messageFrame, parseFrame, readFrame, typingFrame } from '@/protocol/frames'
import { parseCommunity } from '@/protocol/groups'
import { parseRows } from '@/protocol/guards'
import { cleanContent, countsAsUnread, mentions, parseMessage, problemOf, type Content } from '@/protocol/messages'
import { previewOf } from '@/protocol/preview'
import { fileUrl, linkUrl, mediaUrl } from '@/protocol/url'
import { Random, seeds } from '../random'
import { messageKinds, wire } from '../wire'

describe('messages', () => {
  it.each(messageKinds())('%s: is sent as the server wants it and read as the server stored it', (name) => {
    const { sent, stored } = wire(name)
    expect(problemOf(sent)).toBeNull()
    expect(JSON.parse(messageFrame(sent))).toEqual(sent)
    expect(parseMessage(stored)).toEqual(stored)
    expect(parseFrame(JSON.stringify(stored))).toEqual(stored)
    expect(previewOf(stored, (key) => `<${key}>`)).not.toBe('')
  })

  it('knows the server’s notice and rows that were changed', () => {
    const notice = wire('message-notice').stored
    expect(parseMessage(notice)).toEqual(notice)
    expect(problemOf(notice)).toBe('media')
    const { rows } = wire('message-changed')
    expect(parseRows(rows, parseMessage)).toEqual(rows)
    expect(previewOf(rows[0], (key) => key)).toBe('preview.recalled')
  })

  it.each<{ field: string; sent: Content }>(wire('refused-messages').messages)(
    'does not send media $sent.media without a good $field',
    ({ sent, field }) => {
      expect(problemOf(sent)).toBe(field)
    },
  )

  it('cuts previews to one short line', () => {
    const content = `${'喜鹊\n'.repeat(200)}`
    const line = previewOf({ media: 1, content }, (key) => key)
    expect(line).not.toContain('\n')
    expect(line.length).toBeLessThanOrEqual(120)
  })

  it('takes out of a pasted text what the server would refuse', () => {
    expect(cleanContent({ media: 1, content: 'a\0b\ud800c👍' }).content).toBe('abc👍')
  })

  it('names a single chat by the other one, whoever wrote', () => {
    expect(keyOfMessage({ cmd: 10, userid: 7, dstid: 42 }, 7)).toBe('10/42')
    expect(keyOfMessage({ cmd: 10, userid: 42, dstid: 7 }, 7)).toBe('10/42')
    expect(keyOfMessage({ cmd: 10, userid: 7, dstid: 7 }, 7)).toBe('10/7')
    expect(keyOfMessage({ cmd: 11, userid: 42, dstid: 3 }, 7)).toBe('11/3')
  })

  it('takes only real keys from an address', () => {
    expect(parseChatKey('10/42')).toEqual({ kind: 10, dstid: 42 })
    for (const key of ['', '10', '12/1', '10/0', '10/-1', '10/1.5', '10/9999999999999999', '10/1/2', '../1']) {
      expect(parseChatKey(key)).toBeNull()
    }
  })

  it('calls a reader who is named or one of all, but not the writer', () => {
    expect(mentions({ at: [42], userid: 7 }, 42)).toBe(true)
    expect(mentions({ at: [0], userid: 7 }, 42)).toBe(true)
    expect(mentions({ at: [9], userid: 7 }, 42)).toBe(false)
    expect(mentions({ at: [0], userid: 42 }, 42)).toBe(false)
  })
})

describe('what counts as unread', () => {
  const message = { userid: 7, media: 1 }

  it('is what others say, and a notice that names the reader or all', () => {
    expect(countsAsUnread(message, 42)).toBe(true)
    expect(countsAsUnread({ ...message, userid: 42 }, 42)).toBe(false)
    expect(countsAsUnread({ ...message, media: 90 }, 42)).toBe(false)
    expect(countsAsUnread({ ...message, media: 90, at: [9] }, 42)).toBe(false)
    expect(countsAsUnread({ ...message, media: 90, at: [9, 42] }, 42)).toBe(true)
    expect(countsAsUnread({ ...message, media: 90, at: [0] }, 42)).toBe(true)
    expect(countsAsUnread({ ...message, userid: 42, media: 90, at: [42] }, 42)).toBe(false)
  })
})

describe('frames', () => {
  it.each([
    'ack',
    'welcome',
    'heartbeat',
    'read',
    'typing',
    'presence',
    'contact-changed',
    'community-changed',
    'account-changed',
  ])('understands %s', (name) => {
    const { frame } = wire(name)
    const parsed = parseFrame(JSON.stringify(frame))
    expect(parsed).not.toBeNull()
    expect(frame).toMatchObject(parsed!)
  })

  it('understands errors, with and without a cid, with a time to wait', () => {
    const [refused, slow, bad] = wire('error').frames.map((frame: object) => parseFrame(JSON.stringify(frame)))
    expect(refused).toMatchObject({ code: -403, cid: expect.any(String) })
    expect(slow).toMatchObject({ code: -429, retry_after: 2 })
    expect(bad).not.toHaveProperty('cid')
  })

  it('tells what was read in the frame of the contract', () => {
    const { sent } = wire('read')
    expect(JSON.parse(readFrame(sent.kind, sent.dstid, sent.seq))).toEqual(sent)
  })

  it('tells what the reader does and looks at in the frames of the contract', () => {
    const { sent } = wire('typing')
    expect(JSON.parse(typingFrame(sent.kind, sent.dstid))).toEqual(sent)
    const [chat, room, nothing] = wire('look').sent
    expect(JSON.parse(lookFrame({ kind: 10, dstid: 42 }, true))).toEqual(chat)
    expect(JSON.parse(lookFrame({ kind: 11, dstid: 7 }, false))).toEqual(room)
    expect(JSON.parse(lookFrame(null, false))).toEqual(nothing)
  })

  it.each<string>(wire('hostile').frames)('ignores %s', (text) => {
    expect(parseFrame(text)).toBeNull()
  })

  it('ignores what is no text', () => {
    for (const data of [undefined, null, 7, {}, new ArrayBuffer(4), ['{"cmd":0}']]) expect(parseFrame(data)).toBeNull()
  })

  it.each(seeds)('survives good frames with a random field broken (%i)', (seed) => {
    const random = new Random(seed)
    const values = [null, -1, 1.5, '', 'x', [], {}, [null], true, 2 ** 60, { at: [{}] }]
    for (const name of [
      'ack',
      'welcome',
      'read',
      'typing',
      'presence',
      'contact-changed',
      'community-changed',
      'account-changed',
      'message-text-room',
    ]) {
      const frame = { ...(wire(name).frame ?? wire(name).stored) }
      const fields = Object.keys(frame)
      frame[fields[random.below(fields.length)]] = values[random.below(values.length)]
      expect(() => parseFrame(JSON.stringify(frame))).not.toThrow()
    }
  })
})

describe('rows', () => {
  it('reads users, groups and conversations as the server sends them', () => {
    const user = wire('user').answer.data
    const { token, ...rest } = user
    expect(token).toBe('')
    expect(parseUser(user)).toEqual(rest)
    const groups = wire('community').answer.rows
    expect(parseRows(groups, parseCommunity)).toEqual(groups)
    const conversations = wire('conversations').answer.rows
    expect(parseRows(conversations, parseConversation)).toMatchObject(conversations)
    for (const { answer } of wire('conversations-by-change').pages) {
      expect(parseRows(answer.rows, parseConversation)).toMatchObject(answer.rows)
    }
  })

  it('leaves out rows that are none', () => {
    expect(parseRows([null, 7, {}, { id: 0 }, { id: '1' }], parseUser)).toEqual([])
    expect(parseRows('rows', parseUser)).toEqual([])
    expect(parseConversation({ kind: 12, dstid: 1 })).toBeNull()
  })
})

describe('addresses in messages', () => {
  it.each([
    ['/mnt/a.png', '/mnt/a.png'],
    ['//asset/plugins/doutu/emoj/0.gif', '/asset/plugins/doutu/emoj/0.gif'],
    [' https://example.org/a?b=1&c=2#d ', 'https://example.org/a?b=1&c=2#d'],
    ['www.example.org/a', 'https://www.example.org/a'],
  ])('may lead to %s', (given, url) => {
    expect(linkUrl(given)).toBe(url)
    expect(mediaUrl(given)).toBe(url)
  })

  it.each([
    undefined,
    '',
    'javascript:alert(1)',
    ' java\tscript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'data:text/html,<script>1</script>',
    'file:///etc/passwd',
    '//elsewhere.example/x',
    '/\\elsewhere.example/x',
    '/\t/elsewhere.example/x',
    'vbscript:x',
    'asset/x.png',
  ])('never lead to %s', (given) => {
    expect(linkUrl(given)).toBe('')
    expect(mediaUrl(given)).toBe('')
  })

  it.each([
    ['/mnt/2026/11/a.pdf', '发票 1&2.pdf', '/mnt/2026/11/a.pdf?name=%E5%8F%91%E7%A5%A8%201%262.pdf'],
    ['//mnt/2026/11/a.pdf', 'b.pdf', '/mnt/2026/11/a.pdf?name=b.pdf'],
    ['/mnt/2026/11/a.pdf?name=c.pdf', 'b.pdf', '/mnt/2026/11/a.pdf?name=c.pdf'],
    ['/mnt/2026/11/a.pdf', '\ud83d', '/mnt/2026/11/a.pdf'],
    ['https://example.org/a.pdf', 'b.pdf', 'https://example.org/a.pdf'],
    ['blob:http://a/1', 'b.pdf', 'blob:http://a/1'],
    ['javascript:alert(1)', 'b.pdf', ''],
  ])('%s saves a file as %s', (given, name, url) => {
    expect(fileUrl(given, name)).toBe(url)
  })

  it('may show a local object of this page, but not lead there', () => {
    expect(mediaUrl('blob:http://a/1')).toBe('blob:http://a/1')
    expect(linkUrl('blob:http://a/1')).toBe('')
  })
})
