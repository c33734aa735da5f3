/** Friends: who wants to be one, and by what their names stand in a list. */
import { parseUser, type User } from './accounts'
import { count, isFields, isId, text } from './guards'

export type RequestState = 'pending' | 'accepted' | 'declined' | 'expired'

export interface FriendRequest {
  id: number
  /** Who asked, and whom. */
  userid: number
  dstid: number
  /** The greeting, '' for none. */
  memo: string
  state: RequestState
  createat: number
  /** The other one, as seen by the reader. */
  user: User
}

const states: readonly string[] = ['pending', 'accepted', 'declined', 'expired'] satisfies RequestState[]

export function parseRequest(value: unknown): FriendRequest | null {
  if (!isFields(value) || !isId(value.id) || !isId(value.userid) || !isId(value.dstid)) return null
  const user = parseUser(value.user)
  if (!user) return null
  const { id, userid, dstid, memo, state, createat } = value
  const known = states.includes(text(state)) ? (state as RequestState) : 'expired'
  return { id, userid, dstid, memo: text(memo), state: known, createat: count(createat), user }
}

/** A run of friends whose names begin with the same letter. */
export interface Letter<Row> {
  /** A to Z; # for what begins otherwise. */
  letter: string
  rows: Row[]
}

/** The letter under which a name stands, by how it is read (`pinyin`), and the name itself where that is not told. */
function letterOf({ pinyin, name }: { pinyin: string; name: string }): string {
  const first = (pinyin || name).charAt(0).toUpperCase()
  return first >= 'A' && first <= 'Z' ? first : '#'
}

/** People under their letters, by how their names are read; those under # stand last. */
export function byLetter<Row extends { id: number; pinyin: string; name: string }>(
  people: readonly Row[],
): Letter<Row>[] {
  const sorted = [...people].sort((one, other) => {
    const [a, b] = [letterOf(one), letterOf(other)]
    if (a !== b) return a === '#' ? 1 : b === '#' ? -1 : a < b ? -1 : 1
    if (one.pinyin !== other.pinyin) return one.pinyin < other.pinyin ? -1 : 1
    return one.id - other.id
  })
  const letters: Letter<Row>[] = []
  for (const row of sorted) {
    const letter = letterOf(row)
    const last = letters.at(-1)
    if (last?.letter === letter) last.rows.push(row)
    else letters.push({ letter, rows: [row] })
  }
  return letters
}
