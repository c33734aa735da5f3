/** Ways between the server's shells: which user a page is for, and where to go when that ends. */

const name = 'magpie:user'

/** The session has ended: the log-in page, without a way back to the dead one. */
export function leaveForLogin(): void {
  location.replace('/user/login.shtml')
}

/** A session has begun: the chat page of this user; the cookie carries the token. */
export function enterChat(userId: number): void {
  location.assign(`/chat/index.shtml?id=${userId}`)
}

/** Remembers whose this tab is, for shells whose address does not say. */
export function rememberUser(userId: number): void {
  try {
    sessionStorage.setItem(name, String(userId))
  } catch {
    // Then the address has to say it.
  }
}

/** The user this page is for: named in its address (`?id=`), else the tab's last one; 0 when nobody knows. */
export function userOfPage(): number {
  const given = new URLSearchParams(location.search).get('id') ?? remembered()
  const id = /^[0-9]{1,16}$/.test(given) ? Number(given) : 0
  return Number.isSafeInteger(id) ? id : 0
}

function remembered(): string {
  try {
    return sessionStorage.getItem(name) ?? ''
  } catch {
    return ''
  }
}
