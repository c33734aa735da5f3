/** How each thing that can be done with a message stands in its menu. */
import type { TextKey } from '@/i18n'
import type { IconName } from '@/icons'
import type { MenuAct } from './allowed'

export const menuItems: Record<MenuAct, { label: TextKey; icon: IconName }> = {
  reply: { label: 'menu.reply', icon: 'reply' },
  copy: { label: 'menu.copy', icon: 'copy' },
  forward: { label: 'menu.forward', icon: 'forward' },
  edit: { label: 'menu.edit', icon: 'pencil' },
  favorite: { label: 'menu.favorite', icon: 'star' },
  sticker: { label: 'menu.sticker', icon: 'sticker' },
  select: { label: 'menu.select', icon: 'select' },
  pin: { label: 'menu.pin', icon: 'pin' },
  unpin: { label: 'menu.unpin', icon: 'unpin' },
  unpreview: { label: 'menu.unpreview', icon: 'link' },
  readers: { label: 'menu.readers', icon: 'ticks' },
  recall: { label: 'menu.recall', icon: 'recall' },
  delete: { label: 'menu.delete', icon: 'trash' },
  report: { label: 'report.do', icon: 'flag' },
}

const said: ReadonlySet<MenuAct> = new Set(['reply', 'copy', 'forward', 'edit'])
const away: ReadonlySet<MenuAct> = new Set(['recall', 'delete', 'report'])

/** What is said with a message, what is kept or asked of it, and what makes it go: a wider line is between them. */
export function partOf(act: MenuAct): 'said' | 'kept' | 'away' {
  if (said.has(act)) return 'said'
  return away.has(act) ? 'away' : 'kept'
}
