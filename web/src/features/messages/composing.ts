/**
 * What the field is for: a new message, an answer to one, or another text for one. While a message is edited
 * the draft is put by, and comes back into the field afterwards.
 */
import { nextTick, shallowRef, type Ref } from 'vue'
import { useChanges } from '@/features/changes/changes'
import type { Content, Message } from '@/protocol/messages'

export interface Composing {
  mode: 'edit' | 'reply'
  message: Message
}

/** The part of the composer that is used. `write` gives back the text before. */
interface Field {
  write(text: string): string
}

export function useComposing(field: Readonly<Ref<Field | null | undefined>>) {
  const changes = useChanges()
  const now = shallowRef<Composing | null>(null)
  let draft = ''

  function reply(message: Message): void {
    leave()
    now.value = { mode: 'reply', message }
    field.value?.write(field.value.write(''))
  }

  function edit(message: Message): void {
    leave()
    now.value = { mode: 'edit', message }
    draft = field.value?.write(message.content ?? '') ?? ''
  }

  function leave(): void {
    const edited = now.value?.mode === 'edit'
    now.value = null
    if (edited) field.value?.write(draft)
  }

  /** A text is sent: true when it was the new text of a message. */
  function took(text: string): boolean {
    if (now.value?.mode !== 'edit') return false
    changes.edit(now.value.message, text)
    now.value = null
    // The field is emptied after this.
    void nextTick(() => field.value?.write(draft))
    return true
  }

  /** The content with what it answers. */
  function answering(content: Content): Content {
    if (now.value?.mode !== 'reply') return content
    const { id } = now.value.message
    now.value = null
    return { ...content, ref: id }
  }

  return { now, reply, edit, leave, took, answering }
}
