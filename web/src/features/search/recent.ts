/** What one looked for last, on this device alone; gone with the log-out. */
import { shallowRef } from 'vue'
import { parseJson } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { userStore, save } from '@/state/storage'

const most = 10

export function useRecent() {
  const live = useLive()
  /** The newest first. */
  const recent = shallowRef<readonly string[]>([])
  /** Whose they are. */
  let owner = 0

  const name = () => `magpie:searches:${live.api.userId}`

  /** Reads them, once the user is known. */
  function load(): void {
    if (owner === live.api.userId) return
    owner = live.api.userId
    const kept = parseJson(userStore.getItem(name()) ?? '')
    recent.value = Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, most) : []
  }

  function put(queries: readonly string[]): void {
    recent.value = queries
    if (queries.length > 0) save(name(), queries)
    else userStore.removeItem(name())
  }

  function add(query: string): void {
    load()
    if (query) put([query, ...recent.value.filter((one) => one !== query)].slice(0, most))
  }

  function remove(query: string): void {
    put(recent.value.filter((one) => one !== query))
  }

  live.events.on('forget', () => put([]))

  return { recent, load, add, remove, clear: () => put([]) }
}
