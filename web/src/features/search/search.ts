/** The search page: what is looked for and what is found. It stays while one reads what it led to. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ChatKey } from '@/protocol/conversations'
import type { Found, Known } from '@/protocol/search'
import { chatPath, router } from '@/router'
import { useLive } from '@/state/live'
import type { Question } from './asked'
import { isFiltered, noFilters, type Filters } from './filters'
import { warm } from './here'
import { useFoundMessages } from './messages'
import { useFoundNames } from './names'
import { useRecent } from './recent'

/** ms without a key after which is asked. */
const PAUSE = 250
/** Characters of a query at most. */
export const longest = 100

/** A section that fills the page. */
export type Section = '' | 'people' | 'groups'

export const useSearch = defineStore('search', () => {
  const query = shallowRef('')
  const filters = shallowRef<Filters>(noFilters)
  const section = shallowRef<Section>('')
  /** It stands in the list column of desktops. */
  const shown = shallowRef(false)
  /** Somebody wants to write: the field takes the focus, and says that it has. */
  const eager = shallowRef(false)
  /** What was opened last: a message's id, or the key of a chat. */
  const opened = shallowRef<number | ChatKey>(0)
  /** px by which the results are scrolled. */
  const top = shallowRef(0)
  const live = useLive()
  const messages = useFoundMessages()
  const names = useFoundNames()
  const { recent, load, add, remove, clear } = useRecent()
  let timer: ReturnType<typeof setTimeout> | undefined

  /** The same one as long as it asks the same. */
  const question = computed<Question | null>((before) => {
    const q = query.value.trim().slice(0, longest)
    if (before?.q === q && before.filters === filters.value) return before
    return q ? { q, filters: filters.value } : null
  })
  /** What one reads now answers something else than what stands in the field. */
  const waiting = computed(
    () => question.value !== null && messages.answered.value !== question.value && !messages.trouble.value,
  )

  watch(question, (now, before) => {
    clearTimeout(timer)
    section.value = ''
    top.value = 0
    // A filter is chosen with one tap: nothing more will come.
    if (!now || now.q === before?.q) ask()
    // What is here costs nobody anything.
    else timer = setTimeout(ask, live.disk && live.connection !== 'online' ? 0 : PAUSE)
  })

  function ask(): void {
    clearTimeout(timer)
    const { value: now } = question
    void messages.ask(now)
    void names.ask(now && !isFiltered(now.filters) ? now.q : '')
  }

  /** Begins anew, in one chat or in all. */
  function begin(chat: ChatKey | ''): void {
    load()
    query.value = ''
    filters.value = { ...noFilters, chat }
    section.value = ''
    opened.value = 0
    top.value = 0
    eager.value = true
    warm(chat)
  }

  /** Nothing of it is needed any more. */
  function end(): void {
    shown.value = false
    begin('')
    eager.value = false
  }

  function narrow(some: Partial<Filters>): void {
    filters.value = { ...filters.value, ...some }
  }

  /** What is asked is worth to be asked again. */
  function remember(): void {
    if (question.value) add(question.value.q)
  }

  function openMessage({ key, message }: Found): void {
    remember()
    opened.value = message.id
    void router.push(chatPath(key, message.seq))
  }

  function openChat({ key }: Known): void {
    remember()
    opened.value = key
    void router.push(chatPath(key))
  }

  return {
    query,
    filters,
    section,
    shown,
    eager,
    opened,
    top,
    question,
    waiting,
    rows: messages.rows,
    more: messages.more,
    here: messages.here,
    asking: messages.asking,
    loading: messages.loading,
    trouble: messages.trouble,
    answered: messages.answered,
    people: names.people,
    groups: names.groups,
    recent,
    begin,
    end,
    narrow,
    remember,
    openMessage,
    openChat,
    next: messages.next,
    retry: messages.retry,
    forget: remove,
    forgetAll: clear,
  }
})
