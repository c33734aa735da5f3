/** What an engine is made of. */
import type { Store } from '@/sync/outbox'
import type { Disk } from '@/store/disk'
import type { Api } from '@/transport/api'
import type { RawSocket } from '@/transport/socket'
import type { LiveEmitter } from './events'
import type { KeptInbox } from './kept'

export interface EngineOptions {
  api: Api
  openSocket: () => RawSocket
  store: Store
  events: LiveEmitter
  tooLarge: () => string
  /** Where conversations and messages are kept; null when nothing is. */
  disk?: Disk | null
  /** The conversation list as an earlier page has kept it. */
  list?: KeptInbox | null
}
