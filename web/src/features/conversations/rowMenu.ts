/** The menu of a row of the list: by a finger that rests on it, the other button of the mouse, or the menu key. */
import { computed, shallowRef } from 'vue'
import { usePress, type Pressed } from '@/features/changes/press'
import { t } from '@/i18n'
import type { ChatKey } from '@/protocol/conversations'
import { useArranging } from './arranging'
import { useConversations } from './conversations'

export function useRowMenu() {
  const arranging = useArranging()
  const conversations = useConversations()
  const opened = shallowRef<{ key: ChatKey; pressed: Pressed } | null>(null)

  /** What the menu is drawn from; null while none is open. */
  const menu = computed(() => {
    if (!opened.value) return null
    const { key, pressed } = opened.value
    const { title } = conversations.target(key)
    return { ...pressed, label: t('arrange.menu', { title }), items: arranging.acts(key) }
  })

  function open(target: Element, pressed: Pressed): boolean {
    const row = target.closest<HTMLElement>('[data-chat]')
    if (!row) return false
    const { left, bottom, top } = row.getBoundingClientRect()
    // By the menu key there is no pointer; it stands below the row then.
    const inside = pressed.y >= top && pressed.y <= bottom && pressed.x > 0
    const place = inside ? pressed : { ...pressed, x: left + 24, y: bottom }
    opened.value = { key: row.dataset.chat as ChatKey, pressed: place }
    return true
  }

  function close(): void {
    opened.value = null
  }

  return { menu, key: computed(() => opened.value?.key), press: usePress(open), close }
}
