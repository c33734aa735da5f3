/** Invitations: the code in a link that leads to the form for a new account, and whether one is needed. */
import { site, type Registering } from '@/state/site'

/** Who may make an account here. */
export function registering(): Registering {
  return site.register
}

/** The code that a link brought along (`/user/register.shtml?invite=…`), '' without one. */
export function invitation(search = location.search): string {
  return new URLSearchParams(search).get('invite')?.trim() ?? ''
}

/** What an operator passes on. */
export function invitationLink(code: string, origin = location.origin): string {
  return `${origin}/user/register.shtml?invite=${encodeURIComponent(code)}`
}
