/** Files that a reader wants to send: which can go, and what is said of the others at once. */
import { bytesText } from '@/features/media/format'
import { t } from '@/i18n'

/** Why a file can't be sent, in a sentence; '' when it can. `most` is in bytes, 0 when nobody knows. */
export function fileProblem(name: string, size: number, most: number): string {
  if (size === 0) return t('file.empty', { name })
  return most > 0 && size > most ? t('file.large', { name, most: binaryText(most) }) : ''
}

/** A bound is told in the unit it was set in: `32 MB` for 32 MiB, as every system shows it. */
function binaryText(bytes: number): string {
  return bytes % (1 << 20) === 0 ? `${bytes >> 20} MB` : bytesText(bytes)
}
