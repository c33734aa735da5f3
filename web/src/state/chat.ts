import type { ChatStore } from './api'

export function useChat(): ChatStore {
  throw new Error('chat store')
}
