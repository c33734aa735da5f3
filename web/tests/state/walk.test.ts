/** The page in any network: whatever is lost, put off or done twice, it ends as the server has it, and as a page that is loaded anew. */
import { describe, expect, it, vi } from 'vitest'
import type { Change } from '@/protocol/changes'
import type { ChatKey } from '@/protocol/conversations'
import type { OwnAct } from '@/protocol/own'
import { useFreshDisk } from '../fake-disk'
import { begin, engine, listed, me, reload, reloadKept, server, settle, store, text, useEngine } from '../fake-engine'
import { Random, seeds } from '../random'

useEngine()
useFreshDisk()

const pages = [
  ['keeps nothing', seeds],
  ['goes on from its disk', seeds.slice(0, 20)],
] as const
const walks = pages.flatMap(([page, all]) => all.map((seed) => [page, seed] as const))

describe('any network', () => {
  it.each(walks)('loses nothing, doubles nothing, keeps the order: a page that %s (%i)', async (page, seed) => {
    engine.stop()
    const random = new Random(seed)
    const again = async () => (page === 'keeps nothing' ? reload() : reloadKept())
    // The pauses before a reconnect are dice, too: what was seen once is seen again.
    vi.spyOn(Math, 'random').mockImplementation(random.next)
    begin(random)
    await again()
    server.faults = { losePush: 0.3, slowDown: 0.2, failCall: 0.2 }
    if (random.chance(0.5)) server.most = 1 + random.below(10)
    const chats: ChatKey[] = ['10/42', '11/3', '10/7']
    const written = new Map<ChatKey, string[]>(chats.map((key) => [key, []]))
    for (let step = 0; step < 120; step++) {
      const key = chats[random.below(chats.length)]
      const dice = random.below(100)
      if (dice < 35) {
        written.get(key)!.push(`own ${step}`)
        engine.send(key, text(`own ${step}`))
      } else if (dice < 65 && key !== '10/7') server.write(key, 42, `theirs ${step}`)
      else if (dice < 70 && server.rows(key).length > 0)
        server.edit(key, 1 + random.below(server.rows(key).length), `edited ${step}`)
      else if (dice < 74 && server.rows(key).length > 0) {
        // Both devices of the reader, and the other one, work on the last messages.
        const rows = server.rows(key)
        const { id, userid } = rows[rows.length - 1 - random.below(Math.min(rows.length, 5))]
        const who = [me, me, key === '10/7' ? me : 42][random.below(3)]
        const change = [
          { cmd: 14 },
          { cmd: 15, content: `edited ${step}` },
          { cmd: 16, content: '👍', amount: random.chance(0.7) ? 1 : -1 },
          { cmd: 16, content: '🎉', amount: 1 },
          { cmd: 19, amount: random.chance(0.7) ? 1 : -1 },
        ][random.below(5)] as Change
        if (change.cmd <= 15 && userid !== who) continue
        if (random.chance(0.2)) {
          const preview = { url: 'https://a.cn/', title: `${step}` }
          server.preview(key, id, random.chance(0.7) ? preview : undefined)
        } else if (random.chance(0.5) || who !== me) server.alter(key, who, { ...change, id })
        else engine.change(key, id, change)
      } else if (dice < 76 && server.rows(key).length > 0) {
        const rows = server.rows(key)
        const { id, seq } = rows[random.below(rows.length)]
        const flag = (['pinned', 'muted', 'archived', 'marked'] as const)[random.below(4)]
        const act: OwnAct[] = [
          { do: 'set', flags: { [flag]: random.chance(0.6) ? 1 : 0 } },
          { do: 'hide', ids: [id, rows.at(-1)!.id].slice(random.below(2)) },
          { do: 'clear', seq: random.chance(0.7) ? Math.max(1, seq - 10) : rows.length },
          { do: 'read', seq },
        ]
        const done = act[random.below(4)]
        if (random.chance(0.5)) server.oneself(key, done)
        else engine.oneself.do(key, done)
      } else if (dice < 78) server.cut(random.chance(0.5) ? 1012 : 1006)
      else if (dice < 82) {
        await again()
      } else if (dice < 85) server.markRead(key, random.below(server.rows(key).length + 1))
      else if (dice < 92) {
        const seq = 1 + random.below(server.rows(key).length + 1)
        const at = [{}, { seq }, { unread: seq - 1 }][random.below(3)]
        engine.catchup.open(key, at).catch(() => undefined)
      } else if (dice < 94) engine.markRead(key, 1 + random.below(server.rows(key).length + 1))
      else if (dice < 97) engine.catchup.history.newer(key).catch(() => undefined)
      else engine.catchup.history.older(key).catch(() => undefined)
      await vi.advanceTimersByTimeAsync(random.below(2_000))
    }
    server.faults = { losePush: 0, slowDown: 0, failCall: 0 }
    // Twice: a read mark that is told again after the first may end a mark as unread that another device made.
    for (let times = 0; times < 2; times++) {
      server.cut()
      await settle(300_000)
    }

    expect(engine.outbox).toMatchObject({ items: [], changes: [] })
    expect(store.length).toBe(0)
    for (const key of chats) {
      const own = server.rows(key).filter(({ userid }) => userid === me)
      expect(new Set(own.map(({ cid }) => cid)).size).toBe(own.length)
      expect(own.map(({ content, edited, recalled }) => edited ?? recalled ?? content)).toEqual(
        written.get(key)!.map((word, index) => own[index].edited ?? own[index].recalled ?? word),
      )
      await Promise.all([engine.catchup.open(key), settle(5_000)])
      const window = engine.catchup.timeline(key)!.messages
      const seen = server.visible(key).map((row) => server.seen(row))
      expect(window).toEqual(window.length > 0 ? seen.slice(-window.length) : [])
      expect(engine.own.shown(key, window)).toBe(window)
      expect(engine.oneself.acts.shown(key, window)).toBe(window)
      const row = engine.inbox.get(key)
      // A fresh page is not told of a conversation of which nothing is left.
      if (seen.length > 0) {
        expect(row?.seq ?? 0).toBe(server.rows(key).length)
        expect(row?.read ?? 0).toBe(server.read.get(key) ?? 0)
      }
      expect(row?.unread ?? 0).toBe(server.unread(key))
      expect(row?.last ?? null).toEqual(seen.at(-1) ?? null)
    }
    expect(engine.oneself.acts.waiting).toEqual([])
    const before = listed()
    reload()
    await settle(5_000)
    expect(before).toEqual(listed())
  })
})
