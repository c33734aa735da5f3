import { expect, it, vi } from 'vitest'
import { useWallet } from '@/features/wallet/wallet'
import { useLive } from '@/state/live'
import { me, server, settle, usePage } from '../../fake-page'

usePage()

it('what came and went is read part by part, the newest first', async () => {
  const all = [5, 4, 3, 2, 1].map((id) => ({ id, amount: id, what: 'grant', ref: 0, memo: '', createat: id }))
  vi.spyOn(useLive().api, 'call').mockImplementation((path, fields = {}) => {
    if (path === '/wallet/balance') return Promise.resolve({ data: { balance: 15 } } as never)
    const found = all.filter(({ id }) => id < Number(fields.before ?? Infinity))
    return Promise.resolve({ rows: found.slice(0, 2), data: { more: found.length > 2 ? 1 : 0 } } as never)
  })
  const wallet = useWallet()
  await wallet.look()
  expect([wallet.balance, wallet.more, wallet.rows.map(({ id }) => id)]).toEqual([15, true, [5, 4]])
  await Promise.all([wallet.older(), wallet.older()])
  await wallet.older()
  await wallet.older()
  expect([wallet.more, wallet.rows.map(({ id }) => id)]).toEqual([false, [5, 4, 3, 2, 1]])
  useLive().events.emit('forget')
  expect([wallet.balance, wallet.rows]).toEqual([null, []])
})

it('while it is looked at a packet on another device counts at once, and what was read further down stays', async () => {
  const all = [3, 2, 1].map((id) => ({ id, amount: id, what: 'grant', ref: 0, memo: '', createat: id }))
  const live = useLive()
  vi.spyOn(live.api, 'call').mockImplementation((path, fields = {}) => {
    if (path === '/wallet/balance') return Promise.resolve({ data: { balance: all.length } } as never)
    const found = all.filter(({ id }) => id < Number(fields.before ?? Infinity))
    return Promise.resolve({ rows: found.slice(0, 2), data: { more: found.length > 2 ? 1 : 0 } } as never)
  })
  const wallet = useWallet()
  await wallet.look()
  await wallet.older()
  const come = (id: number) => all.unshift({ id, amount: -1, what: 'packet_sent', ref: 9, memo: '', createat: id })
  const opened = (userid: number) =>
    live.events.emit('packetOpened', {
      key: '10/42',
      event: { cmd: 24, id: 9, kind: 10, dstid: 42, userid, opened: 1, count: 1 },
    })
  const close = wallet.watch()
  come(4)
  server.write('10/42', me, '', { media: 5, url: '/redpacket/9', amount: 1 })
  await settle(100)
  expect([wallet.balance, wallet.more, wallet.rows.map(({ id }) => id)]).toEqual([4, false, [4, 3, 2, 1]])
  come(5)
  opened(42)
  await settle(100)
  expect(wallet.balance).toBe(4) // somebody else's points
  opened(me)
  await settle(100)
  expect(wallet.balance).toBe(5)
  close()
  come(6)
  opened(me)
  await settle(100)
  expect(wallet.balance).toBe(5)
})
