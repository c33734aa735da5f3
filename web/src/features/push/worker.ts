/** The service worker of this page: there is one where the address is safe (https, or this machine). */
import { shallowRef } from 'vue'

const container = (): ServiceWorkerContainer | undefined =>
  'serviceWorker' in navigator ? navigator.serviceWorker : undefined
/** Milliseconds between two questions whether the server has a newer page, for one that stays open. */
const PERIOD = 3_600_000

/** A newer page that waits for the reader to agree. */
export const waiting = shallowRef<ServiceWorker | null>(null)
let asked: Promise<ServiceWorkerRegistration | null> | undefined

/** Registers it, once; null where there is none. */
export function registration(): Promise<ServiceWorkerRegistration | null> {
  asked ??= register()
  return asked
}

async function register(): Promise<ServiceWorkerRegistration | null> {
  const workers = container()
  if (!workers) return null
  try {
    const made = await workers.register('/sw.js', { scope: '/' })
    watchFor(made)
    return made
  } catch {
    return null // a browser that forbids it, or a server without one
  }
}

function watchFor(made: ServiceWorkerRegistration): void {
  const look = (): void => {
    // The first one has nobody to ask: nothing of an older page is open.
    if (made.waiting && made.active) waiting.value = made.waiting
  }
  made.addEventListener('updatefound', () => {
    made.installing?.addEventListener('statechange', look)
  })
  look()
  const update = (): void => void made.update().catch(() => undefined)
  setInterval(update, PERIOD)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') update()
  })
}

/** Starts the newer page; on the first visit, too, when no worker has this page yet. */
export function startAnew(): void {
  const next = waiting.value
  next?.addEventListener('statechange', () => next.state === 'activated' && location.reload())
  next?.postMessage('start')
}

/** What a notification that was clicked leads to: a path of the page. */
export function onOpen(lead: (path: string) => void): void {
  container()?.addEventListener('message', ({ data }: MessageEvent<{ open?: unknown } | null>) => {
    if (typeof data?.open === 'string') lead(data.open)
  })
}

/** The same name for what is shown of one chat, by whomever. */
export function tagOf(key: string): string {
  return `chat-${key.replace('/', '-')}`
}

/** Closes what is shown of a chat: it was read here, or on another device. */
export async function closeShown(key: string): Promise<void> {
  const shown = await (await registration())?.getNotifications({ tag: tagOf(key) })
  for (const one of shown ?? []) one.close()
}
