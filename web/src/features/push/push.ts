/**
 * Whether this device tells its reader of messages, and how. It belongs to the browser, not to the account: pushed
 * by the server also while no page is open, where the browser can; else by the page while it is open.
 */
import { defineStore } from 'pinia'
import { computed, reactive, shallowRef, toRefs, watch } from 'vue'
import { isFields, parseJson } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { localStore, save } from '@/state/storage'
import { registration } from './worker'

/** `off`; `page`: while a page is open; `push`: always. */
export type Mode = 'off' | 'page' | 'push'
export type Permission = NotificationPermission | 'none'

const name = 'magpie:notify'

export const usePush = defineStore('push', () => {
  const live = useLive()
  const saved = parseJson(localStore.getItem(name) ?? '')
  const fields = isFields(saved) ? saved : {}
  const chosen = reactive({
    /** The reader wants to be told on this device. */
    wanted: fields.wanted === true,
    sound: fields.sound !== false,
  })
  /** `none`: this browser, or this address, has no notifications. */
  const permission = shallowRef<Permission>(permitted())
  /** The server has this browser's address. */
  const subscribed = shallowRef(false)

  const mode = computed<Mode>(() => {
    if (!chosen.wanted || permission.value !== 'granted') return 'off'
    return subscribed.value ? 'push' : 'page'
  })

  watch(chosen, () => save(name, chosen))

  /** After a click: browsers ask only then. Resolves to whether notifications are on. */
  async function turnOn(): Promise<boolean> {
    if (permission.value === 'none') return false
    permission.value = await Notification.requestPermission()
    chosen.wanted = permission.value === 'granted'
    if (chosen.wanted) await subscribe()
    return chosen.wanted
  }

  async function turnOff(): Promise<void> {
    chosen.wanted = false
    subscribed.value = false
    const made = await (await registration())?.pushManager?.getSubscription()
    if (!made) return
    await live.api.call('/push/unsubscribe', { endpoint: made.endpoint })
    await made.unsubscribe()
  }

  /** With the server's key of today. Where a browser has no gateway, the page alone tells. */
  async function subscribe(): Promise<void> {
    try {
      const manager = (await readyOnes())?.pushManager
      if (!manager) return
      const { key } = (await live.api.call('/push/key')).data as { key: string }
      const made = (await sameKey(manager, key)) ?? (await manager.subscribe(optionsOf(key)))
      const { endpoint, keys } = made.toJSON()
      await live.api.call('/push/subscribe', {
        endpoint: endpoint ?? '',
        p256dh: keys?.p256dh ?? '',
        auth: keys?.auth ?? '',
      })
      subscribed.value = true
    } catch {
      subscribed.value = false
    }
  }

  /** A page that starts says again where this browser is: sessions end, and browsers move. */
  async function begin(): Promise<void> {
    permission.value = permitted()
    await registration()
    if (chosen.wanted && permission.value === 'granted') await subscribe()
  }

  return { ...toRefs(chosen), permission, mode, turnOn, turnOff, begin }
})

function permitted(): Permission {
  return 'Notification' in window && window.isSecureContext ? Notification.permission : 'none'
}

async function readyOnes(): Promise<ServiceWorkerRegistration | null> {
  return (await registration()) ? navigator.serviceWorker.ready : null
}

/** The subscription that there is; one that another key was for is of no use any more. */
async function sameKey(manager: PushManager, key: string): Promise<PushSubscription | null> {
  const made = await manager.getSubscription()
  const theirs = made?.options.applicationServerKey
  if (!made || (theirs && base64url(new Uint8Array(theirs)) === key)) return made
  await made.unsubscribe()
  return null
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

function optionsOf(key: string): PushSubscriptionOptionsInit {
  const text = atob(key.replace(/-/g, '+').replace(/_/g, '/'))
  return { userVisibleOnly: true, applicationServerKey: Uint8Array.from(text, (letter) => letter.charCodeAt(0)) }
}
