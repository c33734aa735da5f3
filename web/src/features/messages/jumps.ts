/** A message of any chat that the reader wants to see in its place: the chat is opened, then jumped in. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { ChatKey } from '@/protocol/conversations'
import { chatOf, chatPath, router } from '@/router'

export const useJumps = defineStore('jumps', () => {
  const wanted = shallowRef<{ key: ChatKey; seq: number } | null>(null)

  /** Goes to a message, wherever the reader is. */
  function to(key: ChatKey, seq: number): void {
    wanted.value = { key, seq }
    const { name, params } = router.currentRoute.value
    if (name !== 'chat' || chatOf(params) !== key) void router.push(chatPath(key))
  }

  return { wanted, to }
})

/** Jumps in an open chat. `jump` is called when the chat is `open`, or has failed to. Called by its view. */
export function useJumping(key: ChatKey | '', open: (seq: number) => Promise<void>, jump: (seq: number) => unknown) {
  const jumps = useJumps()
  const taken = () => {
    const { wanted } = jumps
    if (!wanted || wanted.key !== key) return 0
    jumps.wanted = null
    return wanted.seq
  }
  const first = taken()
  const opened = open(first).then(() => first && jump(first))
  watch(
    () => jumps.wanted,
    () => {
      const seq = taken()
      if (seq) void opened.then(() => jump(seq))
    },
  )
}
