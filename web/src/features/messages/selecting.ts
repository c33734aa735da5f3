/** What is done with several messages of a chat at once, and with one that is passed on. */
import { provide } from 'vue'
import { useArranging } from '@/features/conversations/arranging'
import { useFavorites } from '@/features/favorites/favorites'
import { passOn } from '@/features/forwards/passOn'
import { selectingKey, useSelection } from '@/features/forwards/selection'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import { fail } from '@/ui/dialogs'
import { useChat } from './chat'

export function useSelecting(key: ChatKey | '') {
  const chat = useChat()
  const arranging = useArranging()
  const favorites = useFavorites()
  const { active, messages, begin, end, selecting } = useSelection((id) => chat.byId.get(id))
  provide(selectingKey, selecting)

  async function forward(some: readonly Message[], merge: boolean): Promise<void> {
    if (key && (await passOn(key, some, merge))) end()
  }

  /** Deletes them for the reader alone. */
  async function hide(some: readonly Message[]): Promise<void> {
    if (await arranging.hide(some)) end()
  }

  async function keep(some: readonly Message[]): Promise<void> {
    try {
      await favorites.keep(...some)
      end()
    } catch (error) {
      fail(error)
    }
  }

  return { active, messages, begin, end, forward, keep, hide }
}
