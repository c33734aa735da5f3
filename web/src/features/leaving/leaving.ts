/** Taking one's data along, and deleting the account. */
import { useUploads } from '@/features/media/uploads'
import { useLive } from '@/state/live'

/**
 * The browser fetches the archive and saves it by itself, however large it is: a form does that, and a page
 * of our own would have to hold all of it. What the server refuses stands in the frame, and is said.
 */
export function exportAccount(refused: (msg: string) => void): void {
  const live = useLive()
  const frame = Object.assign(document.createElement('iframe'), { name: 'magpie-export', hidden: true })
  const form = Object.assign(document.createElement('form'), {
    method: 'post',
    action: '/user/export',
    target: frame.name,
    hidden: true,
  })
  const fields = { userid: String(live.api.userId), ...(live.token && { token: live.token }) }
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
  document.body.append(frame, form)
  // A download loads no document; an envelope does, or what the browser shows in its place.
  frame.addEventListener('load', () => {
    const shown = frame.contentDocument
    if (shown?.URL === 'about:blank') return
    const said = shown?.body?.textContent ?? ''
    refused(/"msg":"([^"]*)"/.exec(said)?.[1] ?? '')
    frame.remove()
  })
  form.submit()
  form.remove()
  setTimeout(() => frame.remove(), 600_000)
}

/** Deletes the account; the page is left when it is done. */
export async function deleteAccount(passwd: string): Promise<void> {
  const live = useLive()
  await live.leaveAfter(async () => {
    await live.api.call('/user/delete', { passwd })
    await live.forget()
    await useUploads().clear()
  })
}
