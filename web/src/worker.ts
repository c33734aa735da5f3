/**
 * The service worker: starts the page without a network, and shows what is pushed.
 *
 * Built as a file of its own without imports; the server answers it at `/sw.js` with the names of the build's files
 * in front (`self.build`), so that each build is another worker. A new one waits until the reader has said that the
 * page may start anew. It keeps files of the build and the shells, never an answer of the API nor media; a shell is
 * asked for first and taken from here only when there is no network.
 */
interface Build {
  version: string
  script: string
  files: readonly string[]
  shells: readonly string[]
}

interface Waited extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface Asked extends Waited {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface Came extends Waited {
  readonly data: { json(): unknown } | null
}

interface Clicked extends Waited {
  readonly notification: Notification
}

interface Window extends EventTarget {
  readonly url: string
  readonly focused: boolean
  readonly visibilityState: string
  focus(): Promise<Window>
  postMessage(message: unknown): void
}

interface Scope {
  readonly build: Build
  readonly location: Location
  readonly navigator: Navigator & { setAppBadge?(count: number): Promise<void> }
  readonly registration: ServiceWorkerRegistration
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Window[]>
    openWindow(url: string): Promise<Window | null>
  }
  skipWaiting(): Promise<void>
  addEventListener<Kind extends Event>(name: string, listen: (event: Kind) => void): void
}

interface Pushed {
  title: string
  body: string
  kind: number
  dstid: number
  seq: number
  badge: number
}

interface Place {
  kind: number
  dstid: number
  seq: number
}

{
  const scope = self as unknown as Scope
  const { build } = scope
  const prefix = 'magpie-'
  const name = prefix + build.version
  const page = '/chat/index.shtml'
  const files = new Set(build.files)

  scope.addEventListener<Waited>('install', (event) => event.waitUntil(keep()))
  scope.addEventListener<Waited>('activate', (event) => event.waitUntil(forget()))
  scope.addEventListener<Waited & { data?: unknown }>('message', (event) => {
    if (event.data === 'start') event.waitUntil(scope.skipWaiting())
  })

  async function keep(): Promise<void> {
    const cache = await caches.open(name)
    await cache.addAll([...files])
    await Promise.all(
      build.shells.map((path) => fetch(path, { cache: 'no-store' }).then((shell) => keepShell(path, shell))),
    )
  }

  /** What other builds have left, but for nothing of other pages at this address. */
  async function forget(): Promise<void> {
    const names = (await caches.keys()).filter((one) => one.startsWith(prefix) && one !== name)
    await Promise.all(names.map((one) => caches.delete(one)))
  }

  /** A shell is of use only with the files that it names. */
  async function keepShell(path: string, shell: Response): Promise<void> {
    if (!shell.ok || shell.redirected) return
    const text = await shell.text()
    if (!text.includes(build.script)) return
    const headers = new Headers(shell.headers)
    for (const one of ['content-encoding', 'content-length']) headers.delete(one)
    await (await caches.open(name)).put(path, new Response(text, { headers }))
  }

  scope.addEventListener<Asked>('fetch', (event) => {
    const { request } = event
    const { origin, pathname } = new URL(request.url)
    if (request.method !== 'GET' || origin !== scope.location.origin) return
    if (request.mode === 'navigate') {
      if (build.shells.includes(pathname)) event.respondWith(shellOf(event, pathname))
    } else if (files.has(pathname)) {
      event.respondWith(fileOf(request, pathname))
    }
  })

  async function shellOf(event: Asked, path: string): Promise<Response> {
    try {
      const answer = await fetch(event.request)
      if (answer.ok) event.waitUntil(keepShell(path, answer.clone()))
      return answer
    } catch (error) {
      const kept = await caches.match(path, { cacheName: name })
      if (kept) return kept
      throw error
    }
  }

  async function fileOf(request: Request, path: string): Promise<Response> {
    return (await caches.match(path, { cacheName: name, ignoreVary: true })) ?? fetch(request)
  }

  // --- what is pushed ---------------------------------------------------------------------------------------------

  const tagOf = ({ kind, dstid }: Omit<Place, 'seq'>): string => `chat-${kind}-${dstid}`
  const windows = (): Promise<readonly Window[]> =>
    scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const isPage = ({ url }: Window): boolean => new URL(url).pathname === page

  /** One after the other: a later one must find what an earlier one shows. */
  let before: Promise<unknown> = Promise.resolve()
  scope.addEventListener<Came>('push', (event) => {
    before = before.catch(() => undefined).then(() => pushed(read(event)))
    event.waitUntil(before)
  })

  function read(event: Came): Partial<Pushed> & { read?: Place } {
    try {
      const told: unknown = event.data?.json()
      return typeof told === 'object' && told !== null ? told : {}
    } catch {
      return {}
    }
  }

  async function pushed(told: Partial<Pushed> & { read?: Place }): Promise<void> {
    if (told.read) return closeRead(told.read)
    const { title = '鹊桥', body = '', kind = 0, dstid = 0, seq = 0, badge } = told
    if (badge !== undefined) await scope.navigator.setAppBadge?.(badge).catch(() => undefined)
    // The page in front of the reader says it by itself. Safari ends the subscription of who shows nothing.
    if (!isSafari() && (await windows()).some((one) => isPage(one) && one.focused)) return
    const tag = tagOf({ kind, dstid })
    const [shown] = await scope.registration.getNotifications({ tag })
    if (shown && seqOf(shown) > seq) return
    const options = {
      ...{ body, tag, renotify: true, data: { kind, dstid, seq } },
      ...{ icon: '/asset/icons/icon-192.png', badge: '/asset/icons/badge-96.png' },
    }
    await scope.registration.showNotification(title, options)
  }

  async function closeRead(place: Place): Promise<void> {
    for (const shown of await scope.registration.getNotifications({ tag: tagOf(place) })) {
      if (seqOf(shown) <= place.seq) shown.close()
    }
  }

  function seqOf({ data }: Notification): number {
    return Number((data as Place | null)?.seq ?? 0)
  }

  function isSafari(): boolean {
    const { userAgent } = scope.navigator
    return userAgent.includes('Safari/') && !/Chrom|Android/.test(userAgent)
  }

  scope.addEventListener<Clicked>('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(open((event.notification.data as Place | null) ?? null))
  })

  /** The chat in a window that is there, or in a new one. */
  async function open(place: Place | null): Promise<void> {
    const path = place?.kind ? `/c/${place.kind}/${place.dstid}` : '/'
    const [first] = (await windows()).filter(isPage).sort((a, b) => Number(b.focused) - Number(a.focused))
    if (!first) return void (await scope.clients.openWindow(`${page}#${path}`))
    first.postMessage({ open: path })
    await first.focus()
  }
}
