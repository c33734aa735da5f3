import { expect, it, vi } from 'vitest'
import { useWallet } from '@/features/wallet/wallet'
import { useLive } from '@/state/live'
import { usePage } from '../../fake-page'

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
