import { router } from '@/router'

/** Goes where the browser's Back would; to `otherwise` when this place was opened from outside. */
export function goBack(otherwise: string): void {
  if (typeof history.state?.back === 'string') router.back()
  else void router.replace(otherwise)
}
