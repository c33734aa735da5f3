/** Passing an address on: by the clipboard, or by what the device offers. */
import { copyText } from '@/ui/copyText'
import { t } from '@/i18n'
import { mui } from '@/mui'

/** Only some devices do, and only on a page that came by TLS. */
export const canShare = typeof navigator !== 'undefined' && 'share' in navigator

export async function copyLink(address: string): Promise<void> {
  const done = await copyText(address)
  mui.toast(t(done ? 'group.linkCopied' : 'menu.notCopied'), done ? 'info' : 'error')
}

export async function shareLink(url: string, title: string): Promise<void> {
  // Turned down is no error.
  await navigator.share({ url, title }).catch(() => undefined)
}
