/** The pinned messages of the open chat, the one pinned last first. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { Cmd } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { askPins } from './asked'

export const usePins = defineStore('pins', () => {
  const live = useLive()
  const key = shallowRef<ChatKey | ''>('')
  const asked = shallowRef<readonly Message[]>([])
  /** Grows with each question: an answer to an earlier one is late. */
  let round = 0

  /** Those of the server, in the state in which the window of the chat has them. */
  const rows = computed<readonly Message[]>(() => {
    const window = new Map(
      (key.value ? (live.timelines.get(key.value)?.messages ?? []) : []).map((row) => [row.id, row]),
    )
    return asked.value.map((row) => window.get(row.id) ?? row).filter((row) => row.pinned && !row.recalled)
  })

  function open(chat: ChatKey): void {
    key.value = chat
    asked.value = []
    void load()
  }

  function close(): void {
    round += 1
    key.value = ''
    asked.value = []
  }

  /** One that fails is made up for after the next welcome, or change. */
  async function load(): Promise<void> {
    const mine = ++round
    if (!key.value) return
    try {
      const found = await askPins(key.value)
      if (mine === round) asked.value = found
    } catch {
      // What is known stays.
    }
  }

  live.events.on('welcome', () => void load())
  live.events.on('gone', (chat) => chat === key.value && void load())
  live.events.on('changed', ({ key: chat, id, cmd }) => {
    if (chat === key.value && (cmd === Cmd.Pin || asked.value.some((row) => row.id === id))) void load()
  })

  return { key, rows, open, close }
})
