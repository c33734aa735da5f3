/** What the composer can add to a chat besides words, in the order of its buttons. */
import type { TextKey } from '@/i18n'
import type { IconName } from '@/icons'

/** A file to choose ('image', 'camera', 'video', 'file') or a card to write ('link', 'card', 'packet', 'later'). */
export type ComposeAct = 'image' | 'camera' | 'video' | 'file' | 'link' | 'card' | 'packet' | 'later'

export interface ComposeAction {
  act: ComposeAct
  icon: IconName
  label: TextKey
  /** `accept` of the file field; undefined for cards. */
  accept?: string
  /** Only where a camera is at hand. */
  phone?: boolean
  /** Only where there are points, and somebody to give them to. */
  paid?: boolean
}

export const composeActions: readonly ComposeAction[] = [
  { act: 'image', icon: 'image', label: 'compose.image', accept: 'image/*' },
  { act: 'camera', icon: 'camera', label: 'compose.camera', accept: 'image/*', phone: true },
  { act: 'video', icon: 'film', label: 'compose.video', accept: 'video/*' },
  { act: 'file', icon: 'clip', label: 'compose.file', accept: '' },
  { act: 'packet', icon: 'packet', label: 'compose.packet', paid: true },
  { act: 'card', icon: 'card', label: 'compose.card' },
  { act: 'link', icon: 'link', label: 'compose.link' },
  { act: 'later', icon: 'clock', label: 'later.title' },
]
