/** What every media component is given, and what it may ask for. */
import type { InjectionKey } from 'vue'
import type { Content, Message } from '@/protocol/messages'

export interface MediaProps {
  message: Content & Partial<Message>
  own: boolean
  /** Bytes done and in all, while this file is on its way. */
  progress?: { loaded: number; total: number }
}

/** Something a reader did to a message that only the view can carry out. */
export type MediaAct =
  | { do: 'preview' }
  | { do: 'cancel' }
  | { do: 'record' }
  | { do: 'packet' }
  | { do: 'add'; id: number }
  | { do: 'talk'; id: number }

/** How a red packet of ours stands, for its card. */
export interface PacketCard {
  hint: string
  /** There is nothing in it for the reader any more. */
  pale: boolean
}

/** Tells how a red packet stands; the view provides it. */
export const packetKey: InjectionKey<(message: Content & Partial<Message>) => PacketCard> = Symbol('packet')

/** What a text knows of those whom it names; the view provides it. */
export interface Names {
  /** The reader. */
  me: number
  nameOf: (id: number) => string
}
export const namesKey: InjectionKey<Names> = Symbol('names')

/** Tells whether a number is a friend's; the view provides it, so that a card offers what is possible. */
export const isFriendKey: InjectionKey<(id: number) => boolean> = Symbol('isFriend')
