/** The text fields of account forms: how each is labelled, what the browser may fill in, what the server will take. */
import { t, type TextKey } from '@/i18n'
import { limits } from '@/protocol/limits'

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
  invite: string
}

export type AccountField = keyof AccountValues

interface TextFieldRule {
  label: TextKey
  hint?: () => string
  multiline?: true
  /** Attributes of the input. */
  attributes: Record<string, string | number>
  /** Why the server would not take it, in a sentence; '' when it will. */
  problem?: (values: AccountValues) => string
}

const password = { type: 'password', maxlength: limits.passwdBytesMax, autocapitalize: 'off', spellcheck: 'false' }

export const textFields: Partial<Record<AccountField, TextFieldRule>> = {
  mobile: {
    label: 'field.mobile',
    attributes: { name: 'mobile', type: 'tel', inputmode: 'tel', autocomplete: 'username', maxlength: limits.mobile },
    problem: ({ mobile }) => mobileProblem(mobile.trim()),
  },
  nickname: {
    label: 'field.nickname',
    attributes: { name: 'nickname', autocomplete: 'nickname', maxlength: limits.nickname },
    problem: ({ nickname }) => (nickname.trim() ? '' : t('field.nicknameMissing')),
  },
  memo: { label: 'field.memo', multiline: true, attributes: { name: 'memo', maxlength: limits.profileMemo, rows: 3 } },
  password: {
    label: 'field.password',
    attributes: { ...password, name: 'passwd', autocomplete: 'current-password', enterkeyhint: 'go' },
    problem: (values) => (values.password ? '' : t('field.passwordMissing')),
  },
  firstPassword: {
    label: 'field.password',
    hint: () => t('field.passwordRule', { min: limits.passwdBytesMin }),
    attributes: { ...password, name: 'passwd', autocomplete: 'new-password' },
    problem: ({ firstPassword }) => passwordProblem(firstPassword),
  },
  oldPassword: {
    label: 'field.oldPassword',
    attributes: { ...password, name: 'old', autocomplete: 'current-password' },
  },
  newPassword: {
    label: 'field.newPassword',
    attributes: { ...password, name: 'new', autocomplete: 'new-password' },
    problem: ({ newPassword }) => passwordProblem(newPassword),
  },
  passwordAgain: {
    label: 'field.passwordAgain',
    attributes: { ...password, name: 'again', autocomplete: 'new-password', enterkeyhint: 'done' },
    problem: ({ newPassword, passwordAgain }) => (passwordAgain === newPassword ? '' : t('field.passwordDiffers')),
  },
  invite: {
    label: 'field.invite',
    attributes: {
      name: 'invite',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      maxlength: limits.code,
    },
    problem: ({ invite }) => (invite.trim() ? '' : t('field.inviteMissing')),
  },
}

function mobileProblem(mobile: string): string {
  const { mobileDigitsMin: min, mobileDigitsMax: max } = limits
  const digits = /^\+?(\d+)$/.exec(mobile)?.[1].length ?? 0
  return digits >= min && digits <= max ? '' : t('field.mobileBad', { min, max })
}

/** The server counts bytes. */
function passwordProblem(passwd: string): string {
  const { passwdBytesMin: min, passwdBytesMax: max } = limits
  const bytes = new TextEncoder().encode(passwd).length
  return bytes >= min && bytes <= max ? '' : t('field.passwordBad', { min, max })
}

/** The values as the server wants them: no blanks around names; a password stays as it is. */
export function trimmed(values: AccountValues): AccountValues {
  const { memo, mobile, nickname, invite } = values
  return { ...values, memo: memo.trim(), mobile: mobile.trim(), nickname: nickname.trim(), invite: invite.trim() }
}
