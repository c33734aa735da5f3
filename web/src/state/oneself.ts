/** What the reader does with chats for themselves, wired: the calls that wait, what other devices did, the list asked for after it. */
import { chatKey, parseConversation, type ChatKey } from '@/protocol/conversations'
import { actsOf, type ConversationEvent, type OwnAct } from '@/protocol/own'
import { Acts, type ActItem } from '@/sync/acts'
import type { Catchup } from '@/sync/catchup'
import type { Inbox } from '@/sync/inbox'
import type { Store } from '@/sync/outbox'
import type { Api } from '@/transport/api'
import type { LiveEmitter } from './events'

interface OneselfOptions {
  api: Api
  store: Store
  events: LiveEmitter
  inbox: Inbox
  catchup: Catchup
  now: () => number
  /** Something about the messages of a chat, or its row, is different. */
  touched: (key: ChatKey) => void
}

export class Oneself {
  readonly acts: Acts

  constructor(private readonly options: OneselfOptions) {
    const { api, store, events, catchup, touched } = options
    this.acts = new Acts(api.userId, store, {
      call: (path, fields) => api.call(path, fields),
      timeline: (key) => catchup.timeline(key),
      round: () => catchup.listing.next,
      onDone: (item, data) => this.made(item, data),
      onRefused: ({ key, act }, error) => {
        touched(key)
        events.emit('actRefused', { key, act, error })
      },
    })
  }

  /** Does something with a chat; it is shown at once. */
  do(key: ChatKey, act: OwnAct): void {
    const { catchup, now, touched } = this.options
    if (act.do === 'read') catchup.read(key, act.seq)
    this.acts.add(key, act, now())
    touched(key)
  }

  /** The reader looks at a chat: it is shown as unread no more. */
  seen(key: ChatKey): void {
    const row = this.options.inbox.get(key)
    if (row && this.acts.shownRow(key, row).marked) this.do(key, { do: 'set', flags: { marked: 0 } })
  }

  /** Another device of the reader did something. */
  told(event: ConversationEvent): void {
    const key = chatKey(event.kind, event.dstid)
    for (const act of actsOf(event)) {
      this.acts.stored(key, act)
      this.stored(key, act)
    }
  }

  /** The list was asked for. */
  listed(): void {
    this.acts.settle(this.options.catchup.listing.done)
  }

  private made({ key, act }: ActItem, data: unknown): void {
    const row = act.do === 'set' && parseConversation(data)
    if (row) this.options.inbox.merge([row])
    this.stored(key, act)
  }

  private stored(key: ChatKey, act: OwnAct): void {
    const { catchup, events, touched } = this.options
    catchup.applyAct(key, act)
    touched(key)
    if (act.do === 'hide' || act.do === 'clear') events.emit('gone', key)
  }
}
