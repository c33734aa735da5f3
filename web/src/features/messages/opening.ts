/** Opens a chat and what is pinned in it while its view stands. */
import { onBeforeUnmount, watch, type Ref } from 'vue'
import { usePins } from '@/features/changes/pins'
import type { Barred } from '@/features/conversations/conversations'
import type { ChatKey } from '@/protocol/conversations'
import { fail } from '@/ui/dialogs'
import { useChat } from './chat'

/** `at`: seq of a message; 0 for where the reader was. */
export function useOpening(key: ChatKey | '', at: number, barred: Readonly<Ref<Barred>>): void {
  const chat = useChat()
  const pins = usePins()

  async function open() {
    if (!key) return
    try {
      await chat.open(key, at)
    } catch (error) {
      // In the composer's place it is said already.
      if (!barred.value) fail(error)
    }
  }
  void open()
  if (key) pins.open(key)
  // Who comes back into a group finds it as it is then.
  watch(barred, (now, before) => {
    if (before !== 'outside' || now === 'outside' || chat.key !== key || !key) return
    chat.close()
    void open()
    pins.open(key)
  })
  onBeforeUnmount(() => {
    if (pins.key === key) pins.close()
    if (chat.key === key) chat.close()
  })
}
