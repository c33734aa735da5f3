/** Asks for the number by which people and groups find each other. */
import { t } from '@/i18n'
import { prompt } from './index'

/** Digits of the greatest number. */
const maxLength = String(Number.MAX_SAFE_INTEGER).length

const isNumber = (text: string) =>
  /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? '' : t('find.notNumber')

/** The number entered, or null. Where `find` fails it can be mended: the dialog stays. */
export async function askNumber(
  title: string,
  message: string,
  find: (id: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<number | null> {
  const act = (text: string) => find(Number(text))
  const text = await prompt(message, { title, inputmode: 'numeric', ok: t('find.go'), maxLength, check: isNumber, act })
  return text === null ? null : Number(text)
}
