/**
 * What one does to messages after they were said: recall, edit, react, pin. Each is seen at once, waits for the
 * network as messages do, and is put back with the server's words when it is refused.
 */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { mui } from '@/mui'
import type { Change } from '@/protocol/changes'
import { Cmd, Media } from '@/protocol/codes'
import { keyOfMessage } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import { useLive } from '@/state/live'

/** ms for which the text of a message that one has recalled may be written anew. */
const remembered = 120_000

export const useChanges = defineStore('changes', () => {
  const live = useLive()
  /** Texts of one's own recalled messages by id, in memory only. */
  const texts = shallowReactive(new Map<number, string>())

  function change(message: Message, what: Change): void {
    live.engine?.change(keyOfMessage(message, live.api.userId), message.id, what)
    live.showNow()
  }

  function recall(message: Message): void {
    const { id, userid, media, content } = message
    if (userid === live.api.userId && media === Media.Text && content) {
      texts.set(id, content)
      setTimeout(() => texts.delete(id), remembered)
    }
    change(message, { cmd: Cmd.Recall })
  }

  /** The text of a message that one has recalled just now, '' when it is not known any more. */
  function textOf(id: number): string {
    return texts.get(id) ?? ''
  }

  /** `at`: whom the new text names. */
  function edit(message: Message, content: string, at: readonly number[] = message.at ?? []): void {
    const others = String([...at].sort()) !== String([...(message.at ?? [])].sort())
    if (others) change(message, { cmd: Cmd.Edit, content, at: [...at] })
    else if (content !== message.content) change(message, { cmd: Cmd.Edit, content })
  }

  /** Reacts, or takes it back when one has done so before. */
  function react(message: Message, content: string): void {
    change(message, { cmd: Cmd.Reaction, content, amount: message.mine?.includes(content) ? -1 : 1 })
  }

  function pin(message: Message): void {
    change(message, { cmd: Cmd.Pin, amount: message.pinned ? -1 : 1 })
  }

  live.events.on('changeRefused', ({ msg }) => mui.toast(msg, 'error'))
  live.events.on('forget', () => texts.clear())

  return { recall, textOf, edit, react, pin }
})
