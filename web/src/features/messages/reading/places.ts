/**
 * Where the reader left each chat, for when they come back or load the page again. Of a chat left at
 * its end nothing is kept. For the chat store only.
 */
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { isCount, isFields, parseJson } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { save, tabStore } from '@/state/storage'

/** A message, and where its top stands: px below the upper edge of the list (negative above it). */
export interface Place {
  seq: number
  offset: number
  /** Where in it the reader's eye is, see `eye.ts`: it stands there also when the window is another one. */
  eye?: { at: number; top: number }
}

/** Where the list of messages opens: at a place left before, at the first unread message, or at the end. */
export type Start = Place | 'unread' | 'end'

/** `newest`: seq of the chat's last message when the reader left. */
type KeptPlace = Place & { newest: number }

/** Chats whose places are kept, those left last. */
const most = 50

export function usePlaces() {
  const live = useLive()
  const places = new Map<ChatKey, KeptPlace>()
  /** Whose places are in the map; they are read when the user is known. */
  let owner = 0

  const name = () => `magpie:places:${live.api.userId}`

  function all(): Map<ChatKey, KeptPlace> {
    if (owner === live.api.userId) return places
    owner = live.api.userId
    places.clear()
    const saved = parseJson(tabStore.getItem(name()) ?? '')
    for (const [key, value] of Array.isArray(saved) ? (saved as unknown[][]) : []) {
      if (typeof key !== 'string' || !parseChatKey(key) || !isFields(value)) continue
      const { seq, offset, newest, eye } = value
      if (isCount(seq) && isCount(newest) && typeof offset === 'number')
        places.set(key as ChatKey, { seq, offset, newest, eye: isEye(eye) ? eye : undefined })
    }
    return places
  }

  function get(key: ChatKey): KeptPlace | undefined {
    return all().get(key)
  }

  /** The reader is there now; null: at the end. */
  function set(key: ChatKey, place: Place | null): void {
    all().delete(key)
    if (place) places.set(key, { ...place, newest: live.inbox.get(key)?.seq ?? place.seq })
    for (const oldest of places.keys()) {
      if (places.size <= most) break
      places.delete(oldest)
    }
  }

  /** Written when the page may be gone soon, not at each step of a scroll. */
  function write(): void {
    if (owner) save(name(), [...places], tabStore)
  }

  window.addEventListener('pagehide', write)
  document.addEventListener('visibilitychange', write)
  live.events.on('forget', () => {
    places.clear()
    tabStore.removeItem(name())
  })

  return { get, set }
}

function isEye(value: unknown): value is { at: number; top: number } {
  return isFields(value) && Number.isInteger(value.at) && typeof value.top === 'number'
}
