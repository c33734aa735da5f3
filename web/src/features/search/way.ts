/**
 * The way to the search page. Everybody goes to `/search`: on phones it is a page of its own, which stays as it was
 * for one who comes back from what it led to; on desktops it takes the place of the list, beside whatever is open.
 */
import { onBeforeUnmount, onMounted, watch } from 'vue'
import type { RouteLocationNormalized } from 'vue-router'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { chatOf, chatPath, goBack, router, searchPath } from '@/router'
import { shown } from '@/ui/dialogs'
import { wide } from '@/ui/wide'
import { useSearch } from './search'

/** The chat that is searched, '' for all. */
function chatIn({ query }: RouteLocationNormalized): ChatKey | '' {
  const { chat } = query
  return typeof chat === 'string' && parseChatKey(chat) ? (chat as ChatKey) : ''
}

/** Watches the ways in and out, and the keys. Called once, by the chat page. */
export function useSearchWay(): void {
  const search = useSearch()
  /** The page of phones that is kept, by its address; '' for none. */
  let kept = ''
  /** It is about to stand in the list. */
  let coming = false

  function toPage(to: RouteLocationNormalized): void {
    if (kept !== to.fullPath) search.begin(chatIn(to))
    kept = to.fullPath
  }

  /** Beside what is open, when that is of the same list; else beside the chat that is searched. */
  function toList(to: RouteLocationNormalized, from: RouteLocationNormalized): false | string {
    const chat = chatIn(to)
    // Who asks for what is there wants to write something else.
    if (search.shown && search.filters.chat === chat) search.eager = true
    else search.begin(chat)
    coming = true
    if (from.matched.length > 0 && from.meta.tab === 'chats' && from.name !== 'search') return false
    return chat ? chatPath(chat) : '/'
  }

  const ends = [
    router.beforeEach((to, from) => {
      if (to.name !== 'search') return true
      return wide.value ? toList(to, from) : toPage(to)
    }),
    router.afterEach((to, from, failure) => {
      if (coming) {
        coming = false
        search.shown = true
      } else if (wide.value && to.name === 'chats') {
        // By the link of the rail, also from where it leads to.
        search.end()
      } else if (!failure && from.name === 'search' && to.name !== 'search' && !(to.name === 'chat' && search.opened)) {
        // Left otherwise than by what was found: done with.
        kept = ''
        search.end()
      }
    }),
    // The window grew: the page moves into the list.
    watch(wide, (now) => {
      if (!now || router.currentRoute.value.name !== 'search') return
      coming = true
      void router.replace('/')
    }),
  ]

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return
    const key = event.key.toLowerCase()
    if ((key !== 'k' && key !== 'f') || shown.dialogs.length > 0 || document.querySelector('dialog[open]')) return
    // Who asks once more means the browser's own.
    if (key === 'f' && document.activeElement?.matches('[data-search]')) return
    event.preventDefault()
    void router.push(searchPath(key === 'f' ? chatOf(router.currentRoute.value.params) : ''))
  }

  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', onKey)
    for (const end of ends) end()
  })
}

/** Leaves the search page, the reader is done with it. */
export function leaveSearch(): void {
  if (router.currentRoute.value.name === 'search') goBack('/')
  else useSearch().end()
}
