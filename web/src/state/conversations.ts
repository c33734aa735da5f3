import type { ConversationsStore } from './api'

export function useConversations(): ConversationsStore {
  throw new Error('conversations store')
}
