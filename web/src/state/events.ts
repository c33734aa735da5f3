/**
 * What the engine tells the stores, declared once: the engine emits, a store subscribes with
 * `live.events.on('presence', …)`. A new event is a line here, an `emit` and an `on`.
 *
 * The emitter is our own: it is shorter than the reason for a package would be, and a listener that
 * throws must not keep the others from hearing, which the small packages (mitt, nanoevents) do not see to.
 */
import type { ChangeEvent, OutgoingChange } from '@/protocol/changes'
import type { ChatKey } from '@/protocol/conversations'
import type { DraftEvent } from '@/protocol/drafts'
import type { AccountEvent, CommunityEvent, ContactEvent } from '@/protocol/frames'
import type { Message } from '@/protocol/messages'
import type { OwnAct } from '@/protocol/own'
import type { ModeratedEvent } from '@/protocol/reviews'
import type { LaterEvent } from '@/protocol/schedules'
import type { PacketEvent } from '@/protocol/packets'
import type { SocketState } from '@/transport/socket'

export interface LiveEvents {
  /** The conversation list has changed. */
  conversations: undefined
  /** The messages of this conversation have changed. */
  timeline: ChatKey
  outbox: undefined
  /** `failures`: attempts failed in a row. */
  connection: { state: SocketState; failures: number }
  /** The server owes an answer on a connection that is still held for good; false: it came. */
  doubt: boolean
  /** A connection is greeted; friends and groups may have changed meanwhile. */
  welcome: undefined
  /** A message of somebody else came by the live connection. */
  arrival: { key: ChatKey; message: Message }
  /** A red packet of the reader's own came by the live connection, from whatever device: it cost points. */
  paid: undefined
  /** A message of a chat was recalled, edited, reacted to or pinned, by whomever, or has got a preview. */
  changed: { key: ChatKey; id: number; cmd: ChangeEvent['cmd'] }
  /** The server would not have a change of one's own to a message; `msg` is its sentence. */
  changeRefused: { change: OutgoingChange; msg: string }
  /** The server would not have what one did with a chat for oneself. */
  actRefused: { key: ChatKey; act: OwnAct; error: unknown }
  /** Messages of this chat are gone for the reader: hidden, or cleared. */
  gone: ChatKey
  contact: ContactEvent
  community: CommunityEvent
  moderated: ModeratedEvent
  account: AccountEvent
  /** The reader has written on a device of theirs, this one or another. */
  draft: DraftEvent
  /** Something that the reader has put off: a message that is sent later. */
  later: LaterEvent
  presence: { userId: number; online: boolean }
  typing: { key: ChatKey; userId: number }
  /** Somebody opened a red packet. */
  packetOpened: { key: ChatKey; event: PacketEvent }
  /** The server ended this session. */
  sessionLost: undefined
  /** A handshake failed: find out whether the session still lives. */
  refused: undefined
  /** The reader logs out: what this page keeps of them on disk goes. */
  forget: undefined
}

type Listener<Payload> = (payload: Payload) => void
type Arguments<Payload> = Payload extends undefined ? [] : [payload: Payload]

export class Emitter<Events> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>()

  /** Returns what ends the subscription. */
  on<Name extends keyof Events>(name: Name, listen: Listener<Events[Name]>): () => void {
    const set = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, set.add(listen))
    return () => void set.delete(listen)
  }

  emit<Name extends keyof Events>(name: Name, ...[payload]: Arguments<Events[Name]>): void {
    for (const listen of [...(this.listeners.get(name) ?? [])]) {
      try {
        listen(payload as never)
      } catch (error) {
        // As an error of its own: the others still hear, and the console and the tests show it.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

export type LiveEmitter = Emitter<LiveEvents>
