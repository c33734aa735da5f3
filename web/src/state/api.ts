/**
 * What a view may read (fields, all reactive) and call (methods) of each store.
 *
 * The stores implement these interfaces; everything else in them is their own business. Methods
 * that talk to the server reject with `ApiError` (see `transport/api.ts`), whose `message` is a
 * sentence for the reader in the page's language.
 */
import type { ChatKey, Community, Content, SessionRow, User } from '@/protocol/types'
import type {
  ChatRow,
  ChatTarget,
  ConnectionState,
  Draft,
  Entry,
  FileDraft,
  GroupForm,
  LanguageChoice,
  RegisterForm,
  TextSize,
  Theme,
} from './types'

export interface SessionStore {
  /** The logged-in user; null before `start` has finished. */
  readonly me: User | null
  readonly userId: number
  /** Becomes true when the chat page has its user; the shell shows a splash until then. */
  readonly ready: boolean
  /** Logs in and goes to the chat page (the promise resolves just before the page changes). */
  login(mobile: string, passwd: string): Promise<User>
  register(form: RegisterForm): Promise<User>
  /** Ends the session on the server, forgets local data of this user, goes to the log-in page. */
  logout(): Promise<void>
  /** Cached user, asked from the server in the background when unknown (then the view redraws). */
  user(id: number): User | undefined
  /** A user by number; rejects with code -404 when there is none. */
  find(id: number): Promise<User>
  saveProfile(change: Partial<Pick<User, 'nickname' | 'avatar' | 'sex' | 'memo'>>): Promise<void>
  changePassword(old: string, next: string): Promise<void>
  sessions(): Promise<SessionRow[]>
  /** Ends one other session, or all others when no id is given. */
  revoke(session?: number): Promise<void>
  /** Uploads an avatar or a group icon (also before log-in); resolves to its `/mnt/…` url. */
  uploadPicture(file: Blob, onProgress?: (loaded: number, total: number) => void): Promise<string>
}

export interface ContactsStore {
  readonly friends: readonly User[]
  readonly groups: readonly Community[]
  /** True once both lists came from the server. */
  readonly loaded: boolean
  load(): Promise<void>
  /** Asks for the friends again, and who of them is online; nothing is said when that fails. */
  refresh(): void
  friend(id: number): User | undefined
  group(id: number): Community | undefined
  /** Resolves to the server's sentence (好友添加成功). */
  addFriend(id: number): Promise<string>
  joinGroup(id: number): Promise<string>
  createGroup(form: GroupForm): Promise<Community>
}

export interface ConversationsStore {
  /** Pinned first, then newest first; already localized. */
  readonly rows: readonly ChatRow[]
  readonly loaded: boolean
  /** Unread messages of chats that are not muted: the number for tab and title. */
  readonly unread: number
  readonly mentions: number
  /** Friend, stranger or group behind a key. */
  target(key: ChatKey): ChatTarget
  /** Nickname of any user, or "user 42" until it is known. */
  nameOf(userId: number): string
  /** Who types in a chat now, in words; '' when nobody does. */
  typing(key: ChatKey): string
}

export interface TypingStore {
  /** The users who type in a chat now, who began first at first. */
  who(key: ChatKey): readonly number[]
  /** The reader types; told to others now and then, however often it is called. */
  tell(key: ChatKey): void
}

export interface LookStore {
  /** A list of friends or chats is on the screen; set by the shell. The open chat is known. */
  friends: boolean
}

export interface ChatStore {
  /** Key of the open chat, '' when none. */
  readonly key: ChatKey | ''
  readonly target: ChatTarget | null
  readonly entries: readonly Entry[]
  readonly loading: boolean
  readonly hasOlder: boolean
  readonly loadingOlder: boolean
  /** Seq of the first message unread when the chat was opened, 0 when none: where the line "new messages" stands. */
  readonly firstUnread: number
  /** Opens a chat (loads its newest page when not cached). Called by the router's view. */
  open(key: ChatKey): Promise<void>
  close(): void
  /** Prepends one page of history; resolves to false when the beginning is reached. */
  loadOlder(): Promise<boolean>
  /** Puts a message into the outbox of the open chat; the bubble is there at once. */
  send(content: Content): void
  /** Sends to any chat, e.g. forwards or a contact card from the contacts view. */
  sendTo(key: ChatKey, content: Content): void
  /** Uploads, then sends; the bubble is there at once with a progress. */
  sendFile(draft: FileDraft): void
  /** Sends a failed entry again (a failed upload starts again). */
  retry(entryKey: string): void
  /** Drops a failed entry, or cancels a running upload. */
  remove(entryKey: string): void
  /** The view reports what the reader has seen to its end: moves the read mark when the page is visible. */
  seen(seq: number): void
}

export interface ConnectionStore {
  readonly state: ConnectionState
  /** When the state last changed, local ms. */
  readonly since: number
  /** Attempts failed in a row; 0 when online. */
  readonly attempts: number
  /** True from 2 s offline on: draw the amber strip. */
  readonly troubled: boolean
  /** True for the second after coming back: draw the strip green. */
  readonly recovered: boolean
  retryNow(): void
}

export interface SettingsStore {
  language: LanguageChoice
  theme: Theme
  textSize: TextSize
  /** Enter sends and Shift+Enter breaks the line; false swaps them. */
  enterSends: boolean
  /** Width of the list column on desktops, px. */
  listWidth: number
  /** The theme in use is dark. */
  readonly dark: boolean
}

export interface DraftsStore {
  get(key: ChatKey): Draft
  /** Saves while typing; empty text without a reply removes the draft. */
  set(key: ChatKey, draft: Draft): void
}
