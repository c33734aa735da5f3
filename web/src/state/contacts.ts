import type { ContactsStore } from './api'

export function useContacts(): ContactsStore {
  throw new Error('contacts store')
}
