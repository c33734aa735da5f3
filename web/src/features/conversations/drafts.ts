/** Unsent text of each chat of the logged-in user, kept over a reload. */
import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { isCount, isFields, parseJson, text } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { localStore, namesWith, save } from '@/state/storage'

export interface Draft {
  text: string
  /** Whom the text names. */
  at?: readonly number[]
  ref?: number
}

const none: Draft = Object.freeze({ text: '' })

export const useDrafts = defineStore('drafts', () => {
  const live = useLive()
  const prefix = computed(() => `magpie:draft:${live.api.userId}:`)
  /** All drafts; read from disk when the user is known. */
  const all = computed(() => restore(prefix.value))

  function get(key: ChatKey): Draft {
    return all.value.get(key) ?? none
  }

  /** Saves while typing; empty text without a reply removes the draft. */
  function set(key: ChatKey, draft: Draft): void {
    if (draft.text.trim() === '' && !draft.ref) {
      all.value.delete(key)
      localStore.removeItem(prefix.value + key)
    } else {
      all.value.set(key, draft)
      save(prefix.value + key, draft)
    }
  }

  /** Drops all drafts, on disk too (log-out). */
  function clear(): void {
    for (const name of namesWith(prefix.value)) localStore.removeItem(name)
    all.value.clear()
  }

  // One who logs out leaves nothing of what they wrote.
  live.events.on('forget', clear)

  return { all, get, set }
})

function restore(prefix: string): Map<ChatKey, Draft> {
  const drafts = shallowReactive(new Map<ChatKey, Draft>())
  for (const name of namesWith(prefix)) {
    const key = name.slice(prefix.length)
    const saved = parseJson(localStore.getItem(name) ?? '')
    if (!parseChatKey(key) || !isFields(saved)) continue
    const at = Array.isArray(saved.at) ? saved.at.filter(isCount) : []
    drafts.set(key as ChatKey, { text: text(saved.text), at, ...(isCount(saved.ref) && { ref: saved.ref }) })
  }
  return drafts
}
