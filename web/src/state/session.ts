import type { SessionStore } from './api'

export function useSession(): SessionStore {
  throw new Error('session store')
}
