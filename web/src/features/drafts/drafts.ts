/**
 * Unsent text of each chat of the logged-in user: kept over a reload, and in step with their other devices
 * (`inStep.ts`). What is being written here is never replaced: another text for it stands in `others` until the
 * reader decides.
 */
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { isCount, isFields, parseJson, text } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { userStore, namesWith, save } from '@/state/storage'
import { keepInStep } from './inStep'

export interface Draft {
  text: string
  /** Whom the text names. */
  at?: readonly number[]
  ref?: number
  /** The server's number of the text that this one goes on from. */
  rev?: number
  /** The server has yet to be told. */
  untold?: boolean
}

/** ms after the last key. */
const pause = 1_000

const none: Draft = Object.freeze({ text: '' })

export const useDrafts = defineStore('drafts', () => {
  const live = useLive()
  const prefix = computed(() => `magpie:draft:${live.api.userId}:`)
  /** All drafts, also those that were emptied and the server was not told of; read from disk when the user is known. */
  const kept = computed(() => restore(prefix.value))
  /** Those with something in them. */
  const all = computed(() => new Map([...kept.value].filter(([, draft]) => !isEmpty(draft))))
  /** What was written on other devices meanwhile, where something else is written here. */
  const others = shallowReactive(new Map<ChatKey, Draft>())
  /** The last one that came from another device. */
  const came = shallowRef<{ key: ChatKey; draft: Draft } | null>(null)

  function get(key: ChatKey): Draft {
    return all.value.get(key) ?? none
  }

  /** Saves while typing; empty text without a reply removes the draft. Whether it is another one. */
  function set(key: ChatKey, draft: Draft): boolean {
    const before = kept.value.get(key) ?? none
    if (isSame(before, draft)) return false
    // The reader has seen the other text, and writes on here.
    const rev = others.get(key)?.rev ?? before.rev
    if (isEmpty(draft)) others.delete(key)
    put(key, { ...draft, rev, untold: true })
    step.soon(key, isEmpty(draft) ? 0 : pause)
    return true
  }

  /** Keeps it as it stands, for this device. */
  function put(key: ChatKey, draft: Draft): void {
    if (isEmpty(draft) && !draft.untold) {
      kept.value.delete(key)
      userStore.removeItem(prefix.value + key)
    } else {
      kept.value.set(key, draft)
      save(prefix.value + key, draft)
    }
  }

  /** The text of another device takes the place of the one here. */
  function take(key: ChatKey, draft: Draft): void {
    others.delete(key)
    put(key, draft)
    came.value = { key, draft }
  }

  /** The text here stays, and is told to all devices. */
  function insist(key: ChatKey): void {
    const rev = others.get(key)?.rev
    others.delete(key)
    const mine = kept.value.get(key)
    if (!mine?.untold) return
    put(key, { ...mine, rev })
    step.soon(key, 0)
  }

  /** Drops all drafts, on disk too (log-out). */
  function clear(): void {
    for (const name of namesWith(prefix.value)) userStore.removeItem(name)
    kept.value.clear()
    others.clear()
    step.stop()
  }

  const step = keepInStep({ kept: () => kept.value, put, take, differs: (key, draft) => others.set(key, draft) })

  // One who logs out leaves nothing of what they wrote.
  live.events.on('forget', clear)

  return { all, others, came, get, set, take, insist, flush: step.flush }
})

export function isEmpty({ text, ref }: Draft): boolean {
  return text.trim() === '' && !ref
}

export function isSame(one: Draft, other: Draft): boolean {
  if (isEmpty(one) && isEmpty(other)) return true
  return one.text === other.text && one.ref === other.ref && String(one.at ?? []) === String(other.at ?? [])
}

function restore(prefix: string): Map<ChatKey, Draft> {
  const drafts = shallowReactive(new Map<ChatKey, Draft>())
  for (const name of namesWith(prefix)) {
    const key = name.slice(prefix.length)
    const saved = parseJson(userStore.getItem(name) ?? '')
    if (!parseChatKey(key) || !isFields(saved)) continue
    const at = Array.isArray(saved.at) ? saved.at.filter(isCount) : []
    const { ref, rev } = saved
    // One without a number is of before devices were in step.
    const untold = saved.untold === true || !isCount(rev)
    drafts.set(key as ChatKey, {
      text: text(saved.text),
      at,
      untold,
      ...(isCount(ref) && { ref }),
      ...(isCount(rev) && { rev }),
    })
  }
  return drafts
}
