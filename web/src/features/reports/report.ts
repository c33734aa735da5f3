/** Telling the operators about a message, a person or a group. */
import { t, type TextKey } from '@/i18n'
import { parseChatKey, keyOfMessage } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { Reported } from '@/protocol/reports'
import { useLive } from '@/state/live'
import { openDialog, toast } from '@/ui/dialogs'
import ReportDialog from './ReportDialog.vue'

/** What one can choose from; the words go to the operators. */
export const reasons = [
  'report.spam',
  'report.fraud',
  'report.sexual',
  'report.violence',
  'report.gambling',
  'report.abuse',
  'report.privacy',
  'report.other',
] as const satisfies readonly TextKey[]

const nouns: Record<Reported, TextKey> = {
  message: 'report.message',
  user: 'report.user',
  community: 'report.community',
}

/** Asks why, and reports it. The promise resolves when that is done or turned down. */
async function report(what: Reported, id: number, place: object = {}): Promise<void> {
  const title = t('report.title', { what: t(nouns[what]) })
  const { api } = useLive()
  const act = (reason: string) => api.call('/report/add', { what, id, ...place, reason })
  if (await openDialog<string>(ReportDialog, { title }, { act })) toast(t('report.sent'))
}

export function reportMessage(message: Message, me: number): Promise<void> {
  return report('message', message.id, parseChatKey(keyOfMessage(message, me)) ?? {})
}

export const reportUser = (id: number) => report('user', id)
export const reportGroup = (id: number) => report('community', id)

/** Says so when an operator has answered a report of the reader's. Returns what ends it. */
export function tellAnswers(): () => void {
  return useLive().events.on('moderated', ({ what }) => {
    if (what === 'report') toast(t('report.answered'))
  })
}
