/**
 * Routes inside the chat page, in the URL's hash so that Back works on phones and the four shells
 * of the server stay as they are. `meta.tab` is the tab (or rail item) a route belongs to;
 * `meta.pane` says that it fills the chat column on desktops and slides over the list on phones.
 */
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { Tab } from './features/shell/tabs'
import type { Kind } from './protocol/codes'
import type { ChatKey } from './protocol/conversations'

declare module 'vue-router' {
  interface RouteMeta {
    tab: Tab
    pane?: boolean
    /** The view stays when one path of the route follows another: it has pages of its own. */
    stays?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'chats',
    component: () => import('./features/conversations/ConversationsView.vue'),
    meta: { tab: 'chats' },
  },
  {
    path: '/c/:kind(10|11)/:dstid(\\d+)',
    name: 'chat',
    component: () => import('./features/messages/ChatView.vue'),
    meta: { tab: 'chats', pane: true },
  },
  {
    path: '/archived',
    name: 'archived',
    component: () => import('./features/conversations/ConversationsView.vue'),
    meta: { tab: 'chats' },
  },
  {
    path: '/search',
    name: 'search',
    component: () => import('./features/search/SearchView.vue'),
    meta: { tab: 'chats', pane: true },
  },
  {
    path: '/contacts',
    name: 'contacts',
    component: () => import('./features/contacts/ContactsView.vue'),
    meta: { tab: 'contacts' },
  },
  {
    path: '/u/:id(\\d+)',
    name: 'user',
    component: () => import('./features/contacts/UserView.vue'),
    meta: { tab: 'contacts', pane: true },
  },
  {
    path: '/new-friends',
    name: 'requests',
    component: () => import('./features/contacts/RequestsView.vue'),
    meta: { tab: 'contacts', pane: true },
  },
  {
    path: '/blocked',
    name: 'blocked',
    component: () => import('./features/contacts/BlockedView.vue'),
    meta: { tab: 'me', pane: true },
  },
  {
    path: '/groups',
    name: 'groups',
    component: () => import('./features/groups/GroupsView.vue'),
    meta: { tab: 'groups' },
  },
  {
    path: '/g/:id(\\d+)',
    name: 'group',
    component: () => import('./features/groups/GroupView.vue'),
    meta: { tab: 'groups', pane: true },
  },
  {
    path: '/create',
    name: 'create',
    component: () => import('./features/groups/CreateGroupView.vue'),
    meta: { tab: 'groups', pane: true },
  },
  { path: '/me', name: 'me', component: () => import('./features/accounts/MeView.vue'), meta: { tab: 'me' } },
  {
    path: '/settings',
    name: 'settings',
    component: () => import('./features/settings/SettingsView.vue'),
    meta: { tab: 'me', pane: true },
  },
  {
    path: '/wallet',
    name: 'wallet',
    component: () => import('./features/wallet/WalletView.vue'),
    meta: { tab: 'me', pane: true },
  },
  {
    path: '/operate/:tab([a-z]+)?/:id(\\d+)?',
    name: 'operate',
    component: () => import('./features/operators/OperateView.vue'),
    meta: { tab: 'me', pane: true, stays: true },
  },
  {
    path: '/favorites',
    name: 'favorites',
    component: () => import('./features/favorites/FavoritesView.vue'),
    meta: { tab: 'me', pane: true },
  },
  { path: '/:rest(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHashHistory(), routes })

/** Path of a chat, for links: `#/c/10/42`; `#/c/10/42?at=7` leads to one of its messages. */
export function chatPath(key: ChatKey, at = 0): string {
  return at ? `/c/${key}?at=${at}` : `/c/${key}`
}

/** Path of the search page, for one chat or for all: see `features/search/way.ts`. */
export function searchPath(chat: ChatKey | '' = ''): string {
  return chat ? `/search?chat=${chat}` : '/search'
}

/** The chat that a route shows, or '' for any other route. */
export function chatOf(params: Record<string, string | string[]>): ChatKey | '' {
  const { kind, dstid } = params
  return kind && dstid ? `${Number(kind) as Kind}/${Number(dstid)}` : ''
}

/** Goes where the browser's Back would; to `otherwise` when this route was opened from outside. */
export function goBack(otherwise: string): void {
  if (typeof history.state?.back === 'string') router.back()
  else void router.replace(otherwise)
}
