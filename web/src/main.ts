/** Starts the page: one bundle for the server's four shells, told apart by `data-page` of `#app`. */
import { createPinia } from 'pinia'
import { createApp, type Component } from 'vue'
import { router } from './router'
import './styles/index.css'

type Page = 'login' | 'register' | 'chat' | 'createcom'

const roots: Record<Page, () => Promise<{ default: Component }>> = {
  login: () => import('./views/LoginView.vue'),
  register: () => import('./views/RegisterView.vue'),
  chat: () => import('./App.vue'),
  createcom: () => import('./views/CreateGroupPage.vue'),
}

function pageOf(mount: HTMLElement): Page {
  const named = mount.dataset.page ?? location.pathname.match(/(\w+)\.shtml$/)?.[1] ?? 'login'
  return named in roots ? (named as Page) : named === 'index' ? 'chat' : 'login'
}

const mount = document.querySelector<HTMLElement>('#app')
if (mount) {
  const page = pageOf(mount)
  const { default: root } = await roots[page]()
  const app = createApp(root).use(createPinia())
  if (page === 'chat') app.use(router)
  app.mount(mount)
}
