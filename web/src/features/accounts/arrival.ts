/**
 * Links that carry a log-in (`?id=&token=`). Classic pages lead to ours by them, and anybody can send one:
 * who follows a stranger's would write into the stranger's account without knowing. So whose account it is
 * is said, and asked about, unless the log-in was begun here.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { language } from '@/i18n'
import type { User } from '@/protocol/accounts'
import { sentences, useLive } from '@/state/live'
import { leaveForLogin, leaveLink } from '@/state/pages'
import { site, type Site } from '@/state/site'
import { localStore } from '@/state/storage'
import { Api } from '@/transport/api'
import { dropToken, refuseToken, tokensOf } from '@/transport/token'
import { userIn } from './users'

/**
 * 'known': the log-in was begun in this browser. 'tell': nobody was ever logged in here, and no other site
 * sent the reader; the page says whose account it is until that is answered. 'ask': before anything else.
 */
export type Arrival = 'known' | 'tell' | 'ask'

/** How the reader of a page came to its log-in. `referrer` is the document's, `origin` the page's. */
export function arrivalOf(
  userId: number,
  { given, known }: { given: string; known: string },
  { accounts, from }: Pick<Site, 'accounts' | 'from'>,
  { referrer, origin }: { referrer: string; origin: string },
): Arrival {
  // Without a token in the address the cookie speaks, or this tab's own token.
  if (!given || given === known) return 'known'
  if (from === 'same-origin' || (from === '' && URL.canParse?.(referrer) && new URL(referrer).origin === origin))
    return 'known'
  if (accounts.includes(userId)) return 'known'
  const sent = from === 'cross-site' || from === 'same-site' || (from === '' && referrer !== '')
  return sent || accounts.length > 0 ? 'ask' : 'tell'
}

/** The arrival at this page; asked before the token is taken. */
export function arrivalHere(userId: number): Arrival {
  const { referrer } = document
  return arrivalOf(userId, tokensOf(userId), site, { referrer, origin: location.origin })
}

/** Whose account a link leads into; rejects when its token opens none. */
export async function ownerOf(userId: number): Promise<User> {
  const { given } = tokensOf(userId)
  const api = new Api({ userId, token: given, language: () => language.value, sentences })
  return userIn((await api.call('/user/find', { id: userId })).data)
}

/** Not the reader's account: the link is left unused. */
export function turnDown(): void {
  refuseToken()
  leaveLink(site.accounts)
}

const nameFor = (userId: number) => `magpie:link:${userId}`

/** The question that stands above the page until it is answered; over a reload too. */
export const useArrival = defineStore('arrival', () => {
  const live = useLive()
  const unanswered = shallowRef(false)

  function tell(userId: number, arrival: Arrival): void {
    if (site.accounts.includes(userId)) localStore.removeItem(nameFor(userId))
    if (arrival === 'tell') localStore.setItem(nameFor(userId), '1')
    unanswered.value = localStore.getItem(nameFor(userId)) !== null
  }

  function accept(): void {
    localStore.removeItem(nameFor(live.api.userId))
    unanswered.value = false
  }

  function refuse(): void {
    accept()
    live.engine?.stop()
    dropToken(live.api.userId)
    leaveForLogin()
  }

  return { unanswered, tell, accept, refuse }
})
