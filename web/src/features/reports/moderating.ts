/** What operators ask for and decide about reports and the list of words. */
import { t } from '@/i18n'
import { count, flag, isFields, parseRows } from '@/protocol/guards'
import { parseReport, parseWords, type Report, type ReportState, type Words } from '@/protocol/reports'
import { useLive } from '@/state/live'

export interface Reports {
  rows: Report[]
  /** Open ones in all. */
  open: number
  more: boolean
}

/** In one state, or in any; the newest first, below `before`. */
export async function loadReports(state: ReportState | '', before = 0): Promise<Reports> {
  const fields = { ...(state && { state }), ...(before && { before }) }
  const { rows, data } = await useLive().api.call('/ops/reports', fields)
  const told = isFields(data) ? data : {}
  return { rows: parseRows(rows, parseReport), open: count(told.open), more: flag(told.more) === 1 }
}

export async function answerReport(id: number, what: 'keep' | 'remove' | 'dismiss', note: string): Promise<void> {
  await useLive().api.call('/ops/report/answer', { id, what, note })
}

export async function loadWords(): Promise<Words> {
  return parseWords((await useLive().api.call('/ops/words')).data)
}

/** How long something waits. */
export function ageText(since: number, now: number): string {
  const minutes = Math.floor((now - since) / 60_000)
  if (minutes < 1) return t('age.now')
  if (minutes < 60) return t('age.minutes', { n: minutes })
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? t('age.hours', { n: hours }) : t('age.days', { n: Math.floor(hours / 24) })
}
