/** The text in the field and whom it names; it is sent, or goes as a file when it is too long for a message. */
import { computed, nextTick, ref, useId } from 'vue'
import { excessOf, fileNameOf } from './length'
import type { Written } from './written'

interface Parts {
  first: Written
  /** Whatever is done to it. */
  onChange: (now: Written) => void
  onSend: (written: Written) => void
  onFile: (file: File) => void
  focus: () => void
}

export function useText({ first, onChange, onSend, onFile, focus }: Parts) {
  const text = ref(first.text)
  const at = ref(first.at)
  /** Id of what says that the text is too long. */
  const longId = useId()
  /** Characters too many for one message. */
  const excess = computed(() => excessOf(text.value.trim()))
  const ready = computed(() => text.value.trim() !== '' && excess.value === 0)

  function change(next: string, named: readonly number[] = at.value): void {
    at.value = named
    text.value = next
    onChange({ text: next, at: named })
  }

  function empty(): void {
    change('', [])
    focus()
  }

  function send(): void {
    if (!ready.value) return
    onSend({ text: text.value.trim(), at: at.value })
    empty()
  }

  /** All of a text that is too long for a message, as a file. */
  function sendAsFile(): void {
    const whole = text.value.trim()
    onFile(new File([whole], fileNameOf(whole), { type: 'text/plain' }))
    empty()
  }

  /** Puts another text into the field; gives back the one before. */
  function put(next: Written): Written {
    const before = { text: text.value, at: at.value }
    change(next.text, next.at)
    return before
  }

  /** The same, and the cursor behind it. */
  function write(next: Written): Written {
    const before = put(next)
    void nextTick(focus)
    return before
  }

  /** What the field is given. */
  const field = computed(() => ({
    modelValue: text.value,
    at: at.value,
    problem: excess.value ? longId : undefined,
    'onUpdate:modelValue': (next: string) => change(next),
    'onUpdate:at': (named: readonly number[]) => change(text.value, named),
    onSend: send,
  }))

  return { field, excess, longId, ready, send, sendAsFile, put, write }
}
