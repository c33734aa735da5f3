/** Points in words. */
import { locale, t } from './index'

/** `1,234`, as the page's language groups digits. */
export function numberText(points: number): string {
  return new Intl.NumberFormat(locale()).format(points)
}

/** `1,234 积分`. */
export function pointsText(points: number): string {
  return t('points.n', { n: numberText(points) })
}
