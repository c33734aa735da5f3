/** Selecting several messages of a chat: which ones, and what each line of the list must know of it. */
import { computed, shallowReactive, shallowRef, type InjectionKey, type Ref } from 'vue'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Media } from '@/protocol/codes'
import { limits } from '@/protocol/limits'
import type { Content, Message } from '@/protocol/messages'

export interface Selecting {
  active: Readonly<Ref<boolean>>
  /** Whether it can be selected: it is stored, and there is something of it. */
  may(message: Content & Partial<Message>): boolean
  has(message: Content & Partial<Message>): boolean
  toggle(message: Content & Partial<Message>): void
}

export const selectingKey: InjectionKey<Selecting> = Symbol('selecting')

/** `current`: a message as it is now, undefined where it is not in the window any more. */
export function useSelection(current: (id: number) => Message | undefined) {
  const active = shallowRef(false)
  /** By id, as they were when they were chosen: the window may have moved on. */
  const chosen = shallowReactive(new Map<number, Message>())

  /** In the order of the chat; without those that were recalled meanwhile. */
  const messages = computed(() =>
    [...chosen.values()]
      .map((message) => current(message.id) ?? message)
      .filter((message) => !message.recalled)
      .sort((a, b) => a.seq - b.seq),
  )

  const may = ({ id, seq, media, recalled }: Content & Partial<Message>) =>
    Boolean(id && seq) && !recalled && media !== Media.Notice

  function toggle(message: Content & Partial<Message>): void {
    if (!may(message) || chosen.delete(message.id ?? 0)) return
    if (chosen.size >= limits.forward) mui.toast(t('select.most', { n: limits.forward }))
    else chosen.set(message.id ?? 0, message as Message)
  }

  /** Begins with a message. */
  function begin(message: Message): void {
    chosen.clear()
    active.value = true
    toggle(message)
  }

  function end(): void {
    active.value = false
    chosen.clear()
  }

  const selecting: Selecting = { active, may, has: ({ id }) => chosen.has(id ?? 0), toggle }
  return { active, messages, begin, end, selecting }
}
