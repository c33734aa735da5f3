/** What an engine is made of. */
import type { Store } from '@/sync/outbox'
import type { Api } from '@/transport/api'
import type { RawSocket } from '@/transport/socket'
import type { LiveEmitter } from './events'

export interface EngineOptions {
  api: Api
  openSocket: () => RawSocket
  store: Store
  events: LiveEmitter
  tooLarge: () => string
}
