import { useLive } from '@/state/live'

/** The time by the server's clock, ms. */
export function useNow(): () => number {
  const live = useLive()
  return () => live.engine?.now() ?? Date.now()
}
