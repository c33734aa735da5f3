/** The reader's messages that are sent later: they belong to the account, and all devices show the same. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { chatKey, parseChatKey, type ChatKey } from '@/protocol/conversations'
import { flag, isFields, parseRows } from '@/protocol/guards'
import type { Content } from '@/protocol/messages'
import { parseSchedule, type Schedule } from '@/protocol/schedules'
import { useLive } from '@/state/live'
import { inTurn } from '@/state/turns'
import { openDialog } from '@/ui/dialogs'
import ScheduleDialog from './ScheduleDialog.vue'

interface Planned {
  content: string
  sendat: number
}

export const useSchedules = defineStore('schedules', () => {
  const live = useLive()
  /** All of them, by their time. */
  const rows = shallowRef<readonly Schedule[]>([])
  /** Grows with each event: an answer that was under way is older than it. */
  let round = 0

  const load = inTurn(async () => {
    const mine = round
    const found: Schedule[] = []
    let more = 1
    while (more) {
      const after = found.at(-1)?.id
      const answer = await live.api.call('/schedule/list', after ? { after } : {})
      const some = parseRows(answer.rows, parseSchedule)
      found.push(...some)
      more = some.length > 0 && isFields(answer.data) ? flag(answer.data.more) : 0
    }
    if (mine === round) show(found)
    else refresh()
  })

  function show(found: readonly Schedule[]): void {
    rows.value = [...found].sort((a, b) => a.sendat - b.sendat || a.id - b.id)
  }

  function refresh(): void {
    load().catch(() => undefined) // The next welcome asks again.
  }

  /** Those of one chat. */
  function of(key: ChatKey): readonly Schedule[] {
    return rows.value.filter(({ kind, dstid }) => chatKey(kind, dstid) === key)
  }

  function put(row: Schedule): void {
    round++
    show([...rows.value.filter(({ id }) => id !== row.id), row])
  }

  function drop(id: number): void {
    round++
    show(rows.value.filter((row) => row.id !== id))
  }

  /** Asks when a message is to go, and what it says; whether it waits now. */
  async function plan(key: ChatKey, message: Content): Promise<boolean> {
    const place = parseChatKey(key)
    if (!place) return false
    // Made once: who has to try again has not planned two.
    const cid = crypto.randomUUID()
    const planned = await openDialog<Planned>(
      ScheduleDialog,
      { title: t('later.title'), message },
      {
        act: async ({ content, sendat }) => {
          const said = { ...message, content, cmd: place.kind, dstid: place.dstid, cid: `${cid}-${sendat}`, sendat }
          const row = parseSchedule((await live.api.call('/schedule/add', said)).data)
          if (row) put(row)
        },
      },
    )
    if (planned) mui.toast(t('later.planned'))
    return planned !== null
  }

  /** Another text, another time. */
  async function edit(row: Schedule): Promise<void> {
    const parts = { title: t('later.edit'), message: row, sendat: row.sendat }
    await openDialog<Planned>(ScheduleDialog, parts, {
      act: async ({ content, sendat }) => {
        const said = { id: row.id, sendat, ...(content && { content }) }
        const changed = parseSchedule((await live.api.call('/schedule/update', said)).data)
        if (changed) put(changed)
      },
    })
  }

  async function remove(id: number): Promise<void> {
    await live.api.call('/schedule/remove', { id })
    drop(id)
  }

  /** Sends it at once. */
  async function now(id: number): Promise<void> {
    await live.api.call('/schedule/now', { id })
    drop(id)
  }

  live.events.on('welcome', refresh)
  live.events.on('later', ({ schedule, state }) => {
    if (!schedule) return
    if (state === 'sent' || state === 'removed') return drop(schedule.id)
    put(schedule)
    if (state !== 'refused') return
    mui.toast(t('later.refused', { why: schedule.msg ?? '' }), 'error')
    refresh() // With the reason in the reader's language.
  })
  live.events.on('forget', () => show([]))

  return { rows, of, load, plan, edit, remove, now }
})
