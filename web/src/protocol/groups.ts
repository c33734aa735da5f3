/** Groups; on the wire a group is a community. */
import { parseUser, type User } from './accounts'
import { plainName } from './characters'
import { count, flag, isFields, isId, text } from './guards'

/** What somebody is in a group. */
export const Role = { None: 0, Member: 1, Admin: 2, Owner: 3 } as const
export type Role = (typeof Role)[keyof typeof Role]

/** How one comes into a group: at once, when its heads say yes, or only when a member asks one to. */
export const joinModes = ['open', 'approve', 'invite'] as const
export type JoinMode = (typeof joinModes)[number]

/** What the heads of a group tell all its members; no content when they tell nothing. */
export interface Announcement {
  content: string
  userid: number
  createat: number
}

export interface Community {
  id: number
  name: string
  ownerid: number
  icon: string
  cate: number
  memo: string
  createat: number
  /** How many there are. */
  members: number
  /** What the reader is there. */
  role: Role
  notice: Announcement
  join: JoinMode
  /** Only its heads may write. */
  muted: 0 | 1
  /** So long (ms); 0 when all may. */
  allMutedUntil: number
  /** When (ms) the reader may write again, who alone is muted; 0 when they may. */
  mutedUntil: number
  /** Newcomers read what was said before them. */
  history: 0 | 1
  /** What the reader is called there. */
  alias: string
  /** It is over: what was said can be read. */
  dissolved: 0 | 1
}

/** A group as its list, or its page, has it: to who is not in it a server tells less, and the rest is as good as empty. */
export function parseCommunity(value: unknown): Community | null {
  if (!isFields(value) || !isId(value.id)) return null
  const notice = isFields(value.notice) ? value.notice : {}
  return {
    id: value.id,
    name: plainName(text(value.name)),
    ownerid: count(value.ownerid),
    icon: text(value.icon),
    cate: count(value.cate),
    memo: text(value.memo),
    createat: count(value.createat),
    members: count(value.members),
    role: parseRole(value.role),
    notice: { content: text(notice.content), userid: count(notice.userid), createat: count(notice.createat) },
    join: joinModes.find((mode) => mode === value.join) ?? 'open',
    muted: flag(value.muted),
    allMutedUntil: count(value.all_muted_until),
    mutedUntil: count(value.muted_until),
    history: value.history === undefined ? 1 : flag(value.history),
    alias: plainName(text(value.alias)),
    dissolved: flag(value.dissolved),
  }
}

function parseRole(value: unknown): Role {
  return Object.values(Role).find((role) => role === value) ?? Role.None
}

export interface Member extends User {
  role: Role
  /** What they are called there, '' for their own name. */
  alias: string
  /** When (ms) they may write again; 0 for who may. */
  mutedUntil: number
  joinedat: number
}

export function parseMember(value: unknown): Member | null {
  const user = parseUser(value)
  if (!user || !isFields(value)) return null
  return {
    ...user,
    role: parseRole(value.role) || Role.Member,
    alias: plainName(text(value.alias)),
    mutedUntil: count(value.muted_until),
    joinedat: count(value.joinedat),
  }
}

/** What became of one of those who were invited or removed. `pending`: the heads are asked first. */
export interface Moved {
  id: number
  code: number
  msg: string
  pending: boolean
}

export function parseMoved(value: unknown): Moved | null {
  if (!isFields(value) || !isId(value.id)) return null
  const code = typeof value.code === 'number' ? value.code : 0
  return { id: value.id, code, msg: text(value.msg), pending: value.state === 'pending' }
}

const requestStates = ['pending', 'accepted', 'declined', 'expired'] as const
export type RequestState = (typeof requestStates)[number]

/** `user` wants to come into a group, or `by` wants them to (0: they ask for themselves). */
export interface JoinRequest {
  id: number
  user: User
  memo: string
  by: number
  state: RequestState
  createat: number
}

export function parseJoinRequest(value: unknown): JoinRequest | null {
  if (!isFields(value) || !isId(value.id)) return null
  const user = parseUser(value.user)
  if (!user) return null
  const state = requestStates.find((one) => one === value.state) ?? 'expired'
  return { id: value.id, user, memo: text(value.memo), by: count(value.by), state, createat: count(value.createat) }
}

/** Who may not come in. */
export interface Banned extends User {
  bannedat: number
  by: number
}

export function parseBanned(value: unknown): Banned | null {
  const user = parseUser(value)
  if (!user || !isFields(value)) return null
  return { ...user, bannedat: count(value.bannedat), by: count(value.by) }
}

/** A link that leads into a group. */
export interface GroupLink {
  id: number
  code: string
  /** Its path on this server. */
  url: string
  /** Whose invitation it is. */
  by: number
  /** When (ms) it ends, 0 for never. */
  until: number
  /** After how many people it ends, 0 for any number; and how many came by it. */
  uses: number
  used: number
  createat: number
}

export function parseGroupLink(value: unknown): GroupLink | null {
  if (!isFields(value) || !isId(value.id) || !text(value.code)) return null
  const { id, by, until, uses, used, createat } = value
  const path = text(value.url)
  return {
    id,
    code: text(value.code),
    // Only a path of this server's own is passed on.
    url: /^\/[^/\\]/.test(path) ? path : '',
    by: count(by),
    until: count(until),
    uses: count(uses),
    used: count(used),
    createat: count(createat),
  }
}
