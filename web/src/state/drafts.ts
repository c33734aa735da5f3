import type { DraftsStore } from './api'

export function useDrafts(): DraftsStore {
  throw new Error('drafts store')
}
