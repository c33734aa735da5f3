/** The server's rules for accounts, told before the form is sent. Each returns a sentence, or ''. */
import { t } from '@/i18n'

export function mobileProblem(mobile: string): string {
  return /^\+?\d{5,20}$/.test(mobile) ? '' : t('field.mobileBad')
}

export function passwordProblem(passwd: string): string {
  const bytes = new TextEncoder().encode(passwd).length
  return bytes >= 6 && bytes <= 128 ? '' : t('field.passwordBad')
}
