import type { SettingsStore } from './api'

export function useSettings(): SettingsStore {
  throw new Error('settings store')
}
