/** The text fields of account forms: how each is labelled, what the browser may fill in, what the server will take. */
import type { TextKey } from '@/i18n'
import { t } from '@/i18n'

/** What a form asks for; a form shows some of these. */
export interface AccountValues {
  avatar: string
  memo: string
  mobile: string
  nickname: string
  sex: string
  /** To log in with. */
  password: string
  /** Of a new account. */
  firstPassword: string
  /** To be changed, and what to. */
  oldPassword: string
  newPassword: string
  passwordAgain: string
}

export type AccountField = keyof AccountValues

interface TextFieldRule {
  label: TextKey
  hint?: TextKey
  multiline?: true
  /** Attributes of the input. */
  attributes: Record<string, string | number>
  /** Why the server would not take it, in a sentence; '' when it will. */
  problem?: (values: AccountValues) => string
}

const password = { type: 'password', maxlength: 128 }

export const textFields: Partial<Record<AccountField, TextFieldRule>> = {
  mobile: {
    label: 'field.mobile',
    attributes: { name: 'mobile', type: 'tel', inputmode: 'tel', autocomplete: 'username', maxlength: 21 },
    problem: ({ mobile }) => (/^\+?\d{5,20}$/.test(mobile.trim()) ? '' : t('field.mobileBad')),
  },
  nickname: {
    label: 'field.nickname',
    attributes: { name: 'nickname', autocomplete: 'nickname', maxlength: 40 },
    problem: ({ nickname }) => (nickname.trim() ? '' : t('field.nicknameMissing')),
  },
  memo: { label: 'field.memo', multiline: true, attributes: { name: 'memo', maxlength: 200, rows: 3 } },
  password: {
    label: 'field.password',
    attributes: { ...password, name: 'passwd', autocomplete: 'current-password' },
    problem: (values) => (values.password ? '' : t('field.passwordMissing')),
  },
  firstPassword: {
    label: 'field.password',
    hint: 'field.passwordRule',
    attributes: { ...password, name: 'passwd', autocomplete: 'new-password' },
    problem: ({ firstPassword }) => passwordProblem(firstPassword),
  },
  oldPassword: { label: 'field.oldPassword', attributes: { ...password, autocomplete: 'current-password' } },
  newPassword: {
    label: 'field.newPassword',
    attributes: { ...password, autocomplete: 'new-password' },
    problem: ({ newPassword }) => passwordProblem(newPassword),
  },
  passwordAgain: {
    label: 'field.passwordAgain',
    attributes: { ...password, autocomplete: 'new-password' },
    problem: ({ newPassword, passwordAgain }) => (passwordAgain === newPassword ? '' : t('field.passwordDiffers')),
  },
}

/** The server counts bytes. */
function passwordProblem(passwd: string): string {
  const bytes = new TextEncoder().encode(passwd).length
  return bytes >= 6 && bytes <= 128 ? '' : t('field.passwordBad')
}

/** The values as the server wants them: no blanks around names; a password stays as it is. */
export function trimmed(values: AccountValues): AccountValues {
  const { memo, mobile, nickname } = values
  return { ...values, memo: memo.trim(), mobile: mobile.trim(), nickname: nickname.trim() }
}
