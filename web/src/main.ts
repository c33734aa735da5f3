/** Starts the page: one bundle for the server's four shells, told apart by `data-page` of `#app`. */
import { createPinia, type Pinia } from 'pinia'
import { createApp, type Component } from 'vue'
import { useAccount } from './features/accounts/account'
import { arrivalHere, useArrival } from './features/accounts/arrival'
import { useConversations } from './features/conversations/conversations'
import { useSettings } from './features/settings/settings'
import { guardDrops } from './features/shell/dropGuard'
import { trustMedia } from './protocol/url'
import { leaveForLogin, userOfPage } from './state/pages'
import { readSite, site } from './state/site'
import './styles/index.css'
import './ui/wide'

type Page = 'login' | 'register' | 'reset' | 'qr' | 'chat' | 'createcom'

const roots: Record<Page, () => Promise<{ default: Component }>> = {
  login: () => import('./features/accounts/LoginView.vue'),
  register: () => import('./features/accounts/RegisterView.vue'),
  reset: () => import('./features/resets/ResetView.vue'),
  qr: () => import('./features/accounts/ScreenView.vue'),
  chat: () => import('./App.vue'),
  createcom: () => import('./features/groups/CreateGroupPage.vue'),
}

async function start(mount: HTMLElement): Promise<void> {
  const page = pageOf(mount)
  trustMedia(readSite(document.querySelector<HTMLMetaElement>('meta[name="site"]')?.content).media)
  const root = roots[page]()
  // It is on its way while the rest is made ready; who fails to bring it says so when it is needed.
  if (page === 'chat' && location.hash.startsWith('#/c/'))
    import('./features/messages/ChatView.vue').catch(() => undefined)
  guardDrops()
  const pinia = createPinia()
  let drawn = (): void => undefined
  useSettings(pinia)
  if (page === 'chat' || page === 'createcom') {
    const userId = userOfPage(site.accounts)
    if (!userId) return leaveForLogin()
    const arrival = arrivalHere(userId)
    // The page for a new group has no room to say it later.
    if (arrival === 'ask' || (arrival === 'tell' && page === 'createcom')) await agreed(mount, pinia, userId)
    useArrival(pinia).tell(userId, page === 'chat' ? arrival : 'known')
    const account = useAccount(pinia)
    if (page === 'createcom') {
      account.identify(userId)
    } else {
      useConversations(pinia)
      void account.start(userId, new Promise((resolve) => (drawn = resolve)))
    }
  }
  const app = createApp((await root).default).use(pinia)
  // Not before: making the router writes a hash into the address.
  if (page === 'chat') app.use((await import('./router')).router)
  app.mount(mount)
  drawn()
  unveil()
}

/** Resolves when the reader has said that the account a link leads into is theirs. */
async function agreed(mount: HTMLElement, pinia: Pinia, userId: number): Promise<void> {
  const { default: view } = await import('./features/accounts/ArrivalView.vue')
  await new Promise<void>((resolve) => {
    const app = createApp(view, {
      userId,
      onAccept: () => {
        app.unmount()
        resolve()
      },
    })
    app.use(pinia).mount(mount)
    unveil()
  })
}

/** What stood there until the script drew the page goes. */
function unveil(): void {
  document.querySelector('#boot')?.remove()
}

function pageOf(mount: HTMLElement): Page {
  const named = mount.dataset.page ?? ''
  return named in roots ? (named as Page) : 'login'
}

/** A part of the page is gone from the server: if that has a newer page, start that one. Offline, nothing happens. */
async function reloadIfNewer(): Promise<void> {
  const mine = document.querySelector('script[type="module"]')?.getAttribute('src') ?? ''
  const shell = await fetch(location.href, { cache: 'no-store' })
    .then((answer) => (answer.ok ? answer.text() : mine))
    .catch(() => mine)
  if (!shell.includes(mine)) location.reload()
}

window.addEventListener('vite:preloadError', () => void reloadIfNewer())

const mount = document.querySelector<HTMLElement>('#app')
if (mount) void start(mount)
