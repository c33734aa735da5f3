/**
 * Dialogs and toasts, from any place of the code.
 *
 * Every dialog is a promise: it resolves with the answer, or with `null` (`false` for `confirm`)
 * when the reader turns it down by Esc, Back or a tap beside it. Focus goes into the dialog and
 * back to where it was, since each is a native modal `<dialog>`. `DialogHost` draws them.
 */
import { markRaw, shallowReactive, type Component } from 'vue'
import AskDialog from './AskDialog.vue'
import ChooseDialog from './ChooseDialog.vue'

export interface ToastEntry {
  id: number
  text: string
  kind: 'info' | 'error'
  /** What can still be done about it. */
  action?: ToastAction
}

export interface ToastAction {
  label: string
  act: () => void
}

export interface DialogEntry {
  id: number
  component: Component
  props: Record<string, unknown>
  /** 'box' stands in the middle; 'sheet' rises from the foot on phones. */
  shape: 'box' | 'sheet'
  /** A tap beside the dialog closes it. Off for forms, whose text would be lost. */
  light: boolean
  finish(value: unknown): void
}

export interface Choice<T> {
  value: T
  label: string
  detail?: string
  avatar?: { src: string; id: number; group?: boolean }
}

/** What stands on the screen; only `DialogHost` reads it. */
export const shown = shallowReactive({ dialogs: [] as DialogEntry[], toasts: [] as ToastEntry[] })

export interface DialogOptions<T> {
  shape?: 'box' | 'sheet'
  light?: boolean
  act?: (answer: T) => Promise<unknown>
}

let lastId = 0

/**
 * Shows any component as a dialog. The component emits `done` with its answer; it may emit
 * nothing, then the dialog closes by Esc only. Resolves to null when turned down.
 *
 * `act` is done with the answer before the dialog closes, once, however often the reader presses. Where it fails, that
 * is said and the dialog stays: what was written is not lost.
 */
export function openDialog<T>(
  component: Component,
  props: Record<string, unknown> = {},
  { shape = 'sheet', light = false, act }: DialogOptions<T> = {},
): Promise<T | null> {
  return new Promise((resolve) => {
    const id = ++lastId
    let acting = false
    const close = (value: unknown) => {
      if (!shown.dialogs.some((entry) => entry.id === id)) return
      shown.dialogs = shown.dialogs.filter((entry) => entry.id !== id)
      resolve((value ?? null) as T | null)
    }
    const finish = (value: unknown) => {
      if (!act || value === null || value === undefined) return close(value)
      if (acting) return
      acting = true
      act(value as T)
        .then(() => close(value), fail)
        .finally(() => (acting = false))
    }
    shown.dialogs = [...shown.dialogs, { id, component: markRaw(component), props, shape, light, finish }]
  })
}

/** A short word at the foot of the page; stays for 2.4 s, an error for 4 s, one with something to do for 6 s. */
export function toast(text: string, kind: 'info' | 'error' = 'info', action?: ToastAction): void {
  const id = ++lastId
  const finish = () => (shown.toasts = shown.toasts.filter((entry) => entry.id !== id))
  const does = action && { label: action.label, act: () => (finish(), action.act()) }
  const entry = { id, text, kind, ...(does && { action: does }) }
  shown.toasts = [...shown.toasts.filter((other) => other.text !== text).slice(-2), entry]
  setTimeout(finish, action ? 6000 : kind === 'error' ? 4000 : 2400)
}

/** Says what went wrong in the words of the error. */
export function fail(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), 'error')
}

export async function alert(message: string, title = ''): Promise<void> {
  await openDialog(AskDialog, { message, title, kind: 'alert' }, { shape: 'box', light: true })
}

/** True when the reader agrees. `danger` paints the button red. */
export async function confirm(
  message: string,
  options: { title?: string; ok?: string; danger?: boolean } = {},
): Promise<boolean> {
  return (
    (await openDialog<boolean>(AskDialog, { message, kind: 'confirm', ...options }, { shape: 'box', light: true })) ===
    true
  )
}

export interface PromptOptions {
  title?: string
  placeholder?: string
  value?: string
  ok?: string
  maxLength?: number
  inputmode?: 'text' | 'numeric' | 'url'
  /** Nothing is an answer too. */
  empty?: boolean
  /** A sentence when the text can't be taken, '' when it can. */
  check?: (text: string) => string
  /** What is done with the text before the dialog closes: see `openDialog`. */
  act?: (text: string) => Promise<unknown>
}

/** The text entered (trimmed), or null. */
export function prompt(message: string, { act, ...options }: PromptOptions = {}): Promise<string | null> {
  return openDialog<string>(AskDialog, { message, kind: 'prompt', ...options }, { shape: 'box', act })
}

/** The value of the chosen line of a list, or null. `empty` is said when there is nothing to choose. */
export function choose<T>(title: string, choices: Choice<T>[], empty = ''): Promise<T | null> {
  return openDialog<T>(ChooseDialog, { title, choices, empty }, { light: true })
}
