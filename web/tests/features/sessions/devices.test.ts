import { expect, it, vi } from 'vitest'
import { useDevices } from '@/features/sessions/devices'
import { useLive } from '@/state/live'
import { settle, usePage } from '../../fake-page'

usePage()

const row = (id: number, fresh: 0 | 1, current = false) => ({
  id,
  ua: '',
  ip: '',
  created: 1,
  last_seen: 1,
  fresh,
  current,
})

function answer(rows: object[]) {
  const call = vi.spyOn(useLive().api, 'call')
  call.mockImplementation((path, fields) => {
    if (path === '/user/sessions/confirm') {
      const said = rows.find((one) => (one as { id: number }).id === fields?.session)
      if (said) Object.assign(said, { fresh: 0 })
    }
    return Promise.resolve({ msg: '', data: null, rows, fields: {} })
  })
  return call
}

const told = () => useLive().events.emit('account', { cmd: 27, what: 'login', on: 0 })

it('knows of log-ins on unknown devices at once, and of those that were while it was away', async () => {
  const rows = [row(1, 0, true)]
  answer(rows)
  const devices = useDevices()
  useLive().events.emit('welcome')
  await settle()
  expect(devices.unknown).toEqual([])
  rows.push(row(2, 1))
  told()
  await settle()
  expect(devices.unknown.map(({ id }) => id)).toEqual([2])
  expect(devices.rows.map(({ id }) => id)).toEqual([1, 2]) // an open list of devices has it, too
})

it('asks no more about those that the reader knows', async () => {
  const call = answer([row(1, 0, true), row(2, 1), row(3, 1), row(4, 0)])
  const devices = useDevices()
  told()
  await settle()
  await devices.confirm()
  expect(call.mock.calls.filter(([path]) => path.endsWith('confirm')).map(([, fields]) => fields?.session)).toEqual([
    2, 3,
  ])
  expect(devices.unknown).toEqual([])
})

it('has nothing to say about others while it is new itself', async () => {
  answer([row(1, 1, true), row(2, 1)])
  const devices = useDevices()
  told()
  await settle()
  expect(devices.unknown).toEqual([])
})
