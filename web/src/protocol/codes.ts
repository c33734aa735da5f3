/**
 * The numbers of the wire. Names on the wire (`dstid`, `createat`, `memo`…) are its own all over the page.
 */

/** First number of every frame. */
export const Cmd = {
  Heartbeat: 0,
  Ack: 1,
  Error: 2,
  Welcome: 3,
  Single: 10,
  Room: 11,
  Typing: 12,
  Read: 13,
  Recall: 14,
  Edit: 15,
  Reaction: 16,
  Presence: 17,
  Look: 18,
  Pin: 19,
  ContactChanged: 20,
  CommunityChanged: 21,
  ConversationChanged: 22,
  PacketOpened: 24,
  AccountChanged: 27,
  Moderated: 28,
  Preview: 29,
  Call: 30,
  Draft: 31,
  Later: 32,
} as const
export type Cmd = (typeof Cmd)[keyof typeof Cmd]

/** Conversation kinds; the same numbers as the two message commands. */
export const Kind = { Single: 10, Room: 11 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** What a message carries. A number not listed here is relayed and drawn as "unknown kind". */
export const Media = {
  Text: 1,
  News: 2,
  Voice: 3,
  Image: 4,
  RedPacket: 5,
  Sticker: 6,
  Link: 7,
  Video: 8,
  Card: 9,
  File: 10,
  Place: 11,
  Record: 12,
  Notice: 90,
  Custom: 100,
} as const
export type Media = (typeof Media)[keyof typeof Media]

/** Codes of refusals, on HTTP and in error frames. `Network` is this page's own: no answer came. */
export const Code = {
  Refused: -1,
  BadArgument: -400,
  NotLoggedIn: -401,
  Forbidden: -403,
  NotFound: -404,
  Conflict: -409,
  TooLarge: -413,
  SlowDown: -429,
  TryAgain: -503,
  Network: -1000,
} as const

export function isKind(value: unknown): value is Kind {
  return value === Kind.Single || value === Kind.Room
}
