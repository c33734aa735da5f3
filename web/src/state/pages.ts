/** Ways between the server's shells: which user a page is for, and where to go when that ends. */

import { keepNothing } from './storage'

const name = 'magpie:user'
const wayName = 'magpie:way'

/** Places that links from outside lead to: who has to log in first comes to them then. */
const fromOutside = /^#\/([ug]\/\d{1,16}|join\/[\w-]{1,64})$/

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

/** The session has ended: the log-in page, without a way back to the dead one. Whatever else says so afterwards would only
 * begin the way anew. */
export function leaveForLogin(): void {
  if (leaving) return
  leaving = true
  if (fromOutside.test(location.hash)) keep(wayName, location.hash)
  location.replace('/user/login.shtml')
}

/** The next log-in here shall keep nothing on this computer. */
let nothing = false

export function chooseNothing(on: boolean): void {
  nothing = on
}

/** A session has begun: the chat page of this user, where a link has led before; the cookie carries the token. */
export function enterChat(userId: number): void {
  keepNothing(userId, nothing)
  const way = kept(wayName)
  keep(wayName, '')
  location.assign(`/chat/index.shtml?id=${userId}${fromOutside.test(way) ? way : ''}`)
}

/** The address that leads to a user's profile, for whoever follows it. */
export function cardLink(userId: number): string {
  return `${location.origin}/chat/index.shtml#/u/${userId}`
}

/** The reader turned a link down: to the chats of somebody who is logged in here, else to the log-in page. */
export function leaveLink(accounts: readonly number[]): void {
  leaving = true
  location.replace(accounts.length > 0 ? `/chat/index.shtml?id=${accounts[0]}` : '/user/login.shtml')
}

/** Remembers whose this tab is, for shells whose address does not say. */
export function rememberUser(userId: number): void {
  keep(name, String(userId))
}

/**
 * The user this page is for: named in its address (`?id=`), else the tab's last one; by a link from outside, whoever is
 * logged in here; 0 when nobody knows.
 */
export function userOfPage(accounts: readonly number[] = []): number {
  const given = new URLSearchParams(location.search).get('id') ?? kept(name)
  const id = /^[0-9]{1,16}$/.test(given) ? Number(given) : 0
  if (id > 0 && Number.isSafeInteger(id)) return id
  return fromOutside.test(location.hash) ? (accounts[0] ?? 0) : 0
}

function keep(place: string, text: string): void {
  try {
    sessionStorage.setItem(place, text)
  } catch {
    // Then the address has to say it.
  }
}

function kept(place: string): string {
  try {
    return sessionStorage.getItem(place) ?? ''
  } catch {
    return ''
  }
}
