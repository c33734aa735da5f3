import { t } from '@/i18n'

export type Sex = 'M' | 'W' | 'U'

/** The three values of `sex` on the wire, in the page's language. */
export function sexes(): { value: Sex; label: string }[] {
  return [
    { value: 'M', label: t('sex.male') },
    { value: 'W', label: t('sex.female') },
    { value: 'U', label: t('sex.secret') },
  ]
}
