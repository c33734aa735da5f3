/** How people and acts are put into words. */
import { t, type TextKey } from '@/i18n'
import { numberText } from '@/i18n/points'
import { momentText } from '@/i18n/time'
import type { Account, Act } from '@/protocol/operators'

/** From this time on (ms) a mute is for ever: no clock shows it. */
const FOREVER = 8_640_000_000_000_000

function mutedText(until: number): string {
  return until >= FOREVER ? t('operate.mutedForever') : t('operate.mutedUntil', { until: momentText(until) })
}

/** What is not as usual about an account. */
export function stateOf({ op, deactivated, muted_until }: Account): string[] {
  return [
    ...(op ? [t('operate.operator')] : []),
    ...(deactivated ? [t('operate.deactivated')] : []),
    ...(muted_until ? [mutedText(muted_until)] : []),
  ]
}

/** Acts that have two directions: the sentence when `after` is 0, else the other one. */
const switched: Record<string, readonly [off: TextKey, on: TextKey]> = {
  mute: ['act.unmute', 'act.mute'],
  deactivate: ['act.activate', 'act.deactivate'],
  op: ['act.opOff', 'act.op'],
}

const plain: Record<string, TextKey> = {
  sessions: 'act.sessions',
  reset: 'act.reset',
  grant: 'act.grant',
  invite: 'act.invite',
  'invite.revoke': 'act.revokeInvite',
  dissolve: 'act.dissolve',
  delete: 'act.delete',
  export: 'act.export',
  totp: 'act.totp',
  'review.look': 'act.reviewLook',
  'review.passed': 'act.reviewPassed',
  'review.refused': 'act.reviewRefused',
  'report.look': 'act.reportLook',
  'report.kept': 'act.reportKept',
  'report.removed': 'act.reportRemoved',
  'report.dismissed': 'act.reportDismissed',
}

/** Who did what to whom, in one sentence; what is not known here is told in the server's words. */
export function actText(act: Act): string {
  const by = act.op ? act.op_name || t('user.unknown', { id: act.op }) : t('operate.commandLine')
  const whom = act.target_name || (/^\d+$/.test(act.target) ? t('user.unknown', { id: act.target }) : act.target)
  const ends = act.what === 'mute' ? Number(act.after) : 0
  const until = ends > 0 && ends < FOREVER ? momentText(ends) : ''
  const key =
    ends >= FOREVER
      ? 'act.muteForever'
      : (switched[act.what]?.[act.after === '0' ? 0 : 1] ?? plain[act.what] ?? 'act.other')
  const { what, target } = act
  const [before, after] = what === 'grant' ? [points(act.before), points(act.after)] : [act.before, act.after]
  return t(key, { by, whom, until, what, target, before, after })
}

/** How many points somebody had, or has and what was said about it. */
function points(text: string): string {
  const [, number, said] = /^(-?\d+)(.*)$/s.exec(text) ?? []
  const words = said?.trim()
  return number ? numberText(Number(number)) + (words ? ` · ${words}` : '') : text
}
