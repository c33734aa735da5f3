import { expect, it } from 'vitest'
import { useSchedules } from '@/features/schedules/schedules'
import { fieldOf, fromField, quickTimes, timeProblem, whenText } from '@/features/schedules/times'
import { parseSchedule } from '@/protocol/schedules'
import { shown } from '@/ui/dialogs'
import { server, settle, usePage } from '../../fake-page'

usePage()

const row = (id: number, more: object = {}) => ({
  id,
  kind: 10,
  dstid: 42,
  media: 1,
  content: `text ${id}`,
  sendat: 1_800_000_000_000 + 60_000 * id,
  state: 'waiting',
  ...more,
})
const tell = (state: string, of: object) => server.tell({ cmd: 32, what: 'schedule', state, row: of })

it('what waits is known from the start, and as it changes on any device', async () => {
  server.schedules = [row(2), row(1), row(3, { dstid: 43 })]
  const schedules = useSchedules()
  server.cut()
  await settle(8_000)
  expect(schedules.of('10/42').map(({ id }) => id)).toEqual([1, 2])
  tell('waiting', row(4, { sendat: 1_800_000_000_001 }))
  tell('sent', row(1))
  tell('removed', row(3, { dstid: 43 }))
  await settle(500)
  expect(schedules.rows.map(({ id }) => id)).toEqual([4, 2])
})

it('what was refused says so, and stays', async () => {
  const refused = row(1, { state: 'refused', code: -403, msg: '你们还不是好友' })
  server.schedules = [refused]
  const schedules = useSchedules()
  tell('refused', refused)
  await settle(500)
  expect(schedules.of('10/42')).toMatchObject([{ state: 'refused', msg: '你们还不是好友' }])
  expect(shown.toasts.map(({ text }) => text)).toContain('定时消息没有发出：你们还不是好友')
})

it('sent at once, or taken back, it waits no more', async () => {
  server.schedules = [row(1), row(2)]
  const schedules = useSchedules()
  server.cut()
  await settle(8_000)
  await Promise.all([schedules.now(1), schedules.remove(2), settle(1_000)])
  expect(schedules.rows).toEqual([])
  expect(server.schedules).toEqual([])
})

it('times by one tap are to come, and a field keeps a time', () => {
  const noon = new Date(2026, 10, 29, 12, 0).getTime()
  const late = new Date(2026, 10, 29, 19, 55).getTime()
  expect(quickTimes(noon).map(({ label }) => label)).toEqual(['1 小时后', '今晚 20:00', '明天 9:00'])
  expect(quickTimes(late).map(({ label }) => label)).toEqual(['1 小时后', '明天 9:00'])
  for (const { at } of [...quickTimes(noon), ...quickTimes(late)]) expect(at).toBeGreaterThan(noon)
  expect(fromField(fieldOf(noon))).toBe(noon)
  expect(whenText(late, noon)).toBe('今天 19:55')
  expect(whenText(quickTimes(noon)[2].at, noon)).toBe('明天 09:00')
  expect(timeProblem(Number.NaN, noon)).toBe('请选择时间')
  expect(timeProblem(noon - 1, noon)).toBe('请选择以后的时间')
  expect(timeProblem(noon + 400 * 86_400_000, noon)).toBe('最远可以选一年内的时间')
  expect(timeProblem(late, noon)).toBe('')
})

it('a row without what makes it one is none', () => {
  expect(parseSchedule(row(1))).toMatchObject({ content: 'text 1', state: 'waiting' })
  for (const bad of [null, { ...row(1), id: 0 }, { ...row(1), state: 'lost' }, { ...row(1), kind: 12 }])
    expect(parseSchedule(bad)).toBeNull()
})
