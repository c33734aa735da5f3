/**
 * The token of a page that was opened with `?token=` (links of classic pages carry one).
 *
 * It moves from the address bar to this tab's session storage at once, so that it is neither
 * copied with the address nor kept in the history. Pages opened without one use the cookie.
 */
interface Tab {
  location: Pick<Location, 'href'>
  history: Pick<History, 'replaceState' | 'state'>
  sessionStorage: Pick<Storage, 'getItem' | 'setItem'>
}

/** The token in the address, '' when there is none, and the one this tab has used so far. */
export function tokensOf(userId: number, tab: Tab = window): { given: string; known: string } {
  const given = new URL(tab.location.href).searchParams.get('token') ?? ''
  return { given, known: tab.sessionStorage.getItem(nameFor(userId)) ?? '' }
}

/** The reader does not want the token in the address: it goes, unused. */
export function refuseToken(tab: Tab = window): void {
  const url = new URL(tab.location.href)
  url.searchParams.delete('token')
  tab.history.replaceState(tab.history.state, '', url)
}

/** The token of this tab's user, or '' when the cookie is to be used. */
export function takeToken(userId: number, tab: Tab = window): string {
  const name = nameFor(userId)
  const url = new URL(tab.location.href)
  const given = url.searchParams.get('token')
  if (given === null) return tab.sessionStorage.getItem(name) ?? ''
  url.searchParams.delete('token')
  tab.history.replaceState(tab.history.state, '', url)
  tab.sessionStorage.setItem(name, given)
  return given
}

/** The session has ended: its token is of no more use. */
export function dropToken(userId: number, store: Pick<Storage, 'removeItem'> = sessionStorage): void {
  store.removeItem(nameFor(userId))
}

function nameFor(userId: number): string {
  return `magpie:token:${userId}`
}
