/** Ways between the server's shells: which user a page is for, and where to go when that ends. */
import { tabStore } from './storage'

const name = 'magpie:user'

/** Why the page must not be left without a question. */
const reasons: (() => boolean)[] = []
let leaving = false

/** While `lost()` is true the browser asks before the page is left or loaded anew. */
export function askBeforeLeaving(lost: () => boolean): void {
  if (reasons.push(lost) > 1) return
  window.addEventListener('beforeunload', (event) => {
    if (!leaving && reasons.some((reason) => reason())) event.preventDefault()
  })
}

/** Places in the chat page that people send each other: who has to log in first comes there afterwards. */
const SENT = /^#\/(join\/[\w-]{1,64}|g\/\d{1,16})$/
const placeName = 'magpie:place'

/** A link has led to this page, from outside of it. */
export function isSent(): boolean {
  return SENT.test(location.hash)
}

/** The session has ended: the log-in page, without a way back to the dead one. Whatever else says so afterwards would only
 * begin the way anew. */
export function leaveForLogin(): void {
  if (leaving) return
  leaving = true
  if (isSent()) tabStore.setItem(placeName, location.hash)
  location.replace('/user/login.shtml')
}

/** A session has begun: the chat page of this user; the cookie carries the token. */
export function enterChat(userId: number): void {
  const place = tabStore.getItem(placeName) ?? ''
  tabStore.removeItem(placeName)
  location.assign(`/chat/index.shtml?id=${userId}${SENT.test(place) ? place : ''}`)
}

/** The reader turned a link down: to the chats of somebody who is logged in here, else to the log-in page. */
export function leaveLink(accounts: readonly number[]): void {
  leaving = true
  location.replace(accounts.length > 0 ? `/chat/index.shtml?id=${accounts[0]}` : '/user/login.shtml')
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
