/**
 * What the field is for: a new message, an answer to one, or another text for one. While a message is edited
 * the draft is put by, and comes back into the field afterwards.
 */
import { nextTick, shallowRef, watch, type Ref } from 'vue'
import { useChanges } from '@/features/changes/changes'
import type { Content, Message } from '@/protocol/messages'
import { useChat } from './chat'
import type { Written } from './composer/written'

export interface Composing {
  mode: 'edit' | 'reply'
  message: Message
}

/** The part of the composer that is used. `write` gives back what stood there before. */
interface Field {
  write(next: Written): Written
  /** As `write`, where the cursor stands elsewhere. */
  put(next: Written): Written
  mention(id: number): void
  focus(): void
}

export function useComposing(field: Readonly<Ref<Field | null | undefined>>) {
  const changes = useChanges()
  const chat = useChat()
  const now = shallowRef<Composing | null>(null)
  const nothing: Written = { text: '', at: [] }
  let draft = nothing

  function reply(message: Message): void {
    leave()
    now.value = { mode: 'reply', message }
    field.value?.focus()
  }

  function edit(message: Message): void {
    leave()
    now.value = { mode: 'edit', message }
    draft = field.value?.write({ text: message.content ?? '', at: message.at ?? [] }) ?? nothing
  }

  function leave(): void {
    const edited = now.value?.mode === 'edit'
    now.value = null
    if (edited) field.value?.write(draft)
  }

  // A message that is recalled meanwhile is neither edited nor answered.
  watch(
    () => now.value && chat.byId.get(now.value.message.id)?.recalled,
    (recalled) => recalled && leave(),
  )

  /** A text is sent: true when it was the new text of a message. */
  function took({ text, at }: Written): boolean {
    if (now.value?.mode !== 'edit') return false
    changes.edit(now.value.message, text, at)
    now.value = null
    // The field is emptied after this.
    void nextTick(() => field.value?.write(draft))
    return true
  }

  /** A draft comes from another device. */
  function come(written: Written): void {
    if (now.value?.mode === 'edit') draft = written
    else field.value?.put(written)
  }

  /** Puts a text into the field, behind what is in it. */
  function add(text: string): void {
    leave()
    const before = field.value?.write({ text, at: [] })
    if (before?.text.trim()) field.value?.write({ text: before.text + text, at: before.at })
  }

  /** The content with what it answers. */
  function answering(content: Content): Content {
    if (now.value?.mode !== 'reply') return content
    const { id } = now.value.message
    now.value = null
    return { ...content, ref: id }
  }

  /** Names somebody in the text. */
  function mention(id: number): void {
    field.value?.mention(id)
  }

  return { now, reply, edit, add, come, leave, took, answering, mention }
}
