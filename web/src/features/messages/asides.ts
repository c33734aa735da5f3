/** Lines that stand in a chat only while the page is open: who opened which red packet. */
import { usePackets, type Aside } from '@/features/packets/packets'
import { useAsideWords } from '@/features/packets/card'
import { Media } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import type { Entry } from './entry'

/** Puts the lines of a chat among its stored messages; `ends`: these are its last ones. */
export function useAsides() {
  const packets = usePackets()
  const words = useAsideWords()

  function entryOf(aside: Aside): Entry {
    const { key, who, createat } = aside
    // As one's own it is never unread, and without a seq nothing can be done with it.
    const message = { media: Media.Notice, content: words(aside) }
    return { key, state: 'sent', own: true, userid: who, seq: 0, createat, message, read: false }
  }

  return (chat: ChatKey, stored: readonly Entry[], ends: boolean): readonly Entry[] => {
    const asides = packets.asides.get(chat) ?? []
    if (asides.length === 0) return stored
    const first = stored.at(0)?.seq ?? 0
    const last = stored.at(-1)?.seq ?? 0
    const among = asides.filter(({ after }) => after >= first && (ends || after < last))
    const mixed: Entry[] = []
    for (const entry of stored) {
      while (among.length > 0 && among[0].after < entry.seq) mixed.push(entryOf(among.splice(0, 1)[0]))
      mixed.push(entry)
    }
    return [...mixed, ...among.map(entryOf)]
  }
}
