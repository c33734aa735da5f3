/** What a bubble may ask for, and what it must know of other messages; the view of the chat provides it. */
import type { InjectionKey } from 'vue'
import type { Message } from '@/protocol/messages'

export interface MessageActs {
  nameOf(id: number): string
  /** What stands in the place of a recalled message, or is said by a notice. */
  words(message: Message): string
  /** The text of an own message recalled just now, '' when it cannot be written anew. */
  textOf(id: number): string
  /** Puts that text into the field. */
  again(id: number): void
  /** Begins an answer to a message; false where nobody can. */
  answer(message: Message): boolean
  /** The message that another one answers; null when there is none, undefined until it is known. */
  quoted(id: number): Message | null | undefined
  /** Goes to a message, wherever it is in the chat. */
  jump(message: Message): void
  /** Names somebody in what is being written; false where nobody is. */
  mention(id: number): boolean
  /** How many unread messages name the reader. */
  called(): number
  /** Goes to the next of them. */
  nextCall(): void
  react(message: Message, content: string): void
  /** Shows who reacted. */
  reactors(message: Message, content: string): void
  /** Shows the texts that a message had. */
  edits(message: Message): void
}

export const actsKey: InjectionKey<MessageActs> = Symbol('acts')
