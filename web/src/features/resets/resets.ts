/** A new password by a link that an operator has made. */
import { useLive } from '@/state/live'

/** The token in the address of the page that the link opens; '' when there is none. */
export function tokenHere(hash = location.hash): string {
  return /^#([\w-]{16,64})$/.exec(hash)?.[1] ?? ''
}

/** Out of the address bar: whoever looks at it, or gets it from the history, has no link. */
export function hideToken(): void {
  history.replaceState(history.state, '', location.pathname)
}

export async function resetPassword(token: string, next: string): Promise<void> {
  await useLive().api.call('/user/reset', { token, new: next })
}
