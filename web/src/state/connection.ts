import type { ConnectionStore } from './api'

export function useConnection(): ConnectionStore {
  throw new Error('connection store')
}
