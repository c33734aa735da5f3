/** Asks whom messages are to be passed on to, and does it. */
import type { ChatKey } from '@/protocol/conversations'
import type { Favorite } from '@/protocol/favorites'
import type { Message } from '@/protocol/messages'
import { openDialog } from '@/ui/dialogs'
import ForwardDialog from './ForwardDialog.vue'
import { useForwards } from './forwards'

/** To whom, and what is said with it. */
export interface Chosen {
  to: ChatKey[]
  note: string
}

/** False when the reader turned it down. */
export async function passOn(from: ChatKey, messages: readonly Message[], merge: boolean): Promise<boolean> {
  const chosen = await choose(messages, merge)
  if (!chosen) return false
  const ids = messages.map(({ id }) => id)
  useForwards().forward(from, ids, chosen.to, merge, chosen.note)
  return true
}

/** As `passOn`, what the reader keeps. */
export async function passOnFavorite({ id, message }: Favorite): Promise<void> {
  const chosen = await choose([message], false)
  if (chosen) useForwards().forwardFavorite(id, chosen.to, chosen.note)
}

const choose = (messages: readonly Message[], merge: boolean) => openDialog<Chosen>(ForwardDialog, { messages, merge })
