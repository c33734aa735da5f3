/** What an earlier page has kept of the lists, and how they get to the disk: a while after they have changed. */
import { parseUser, type User } from '@/protocol/accounts'
import { parseConversation } from '@/protocol/conversations'
import { parseCommunity, type Community } from '@/protocol/groups'
import { count, isFields, parseRows } from '@/protocol/guards'
import type { Disk } from '@/store/disk'
import type { KeptRow } from '@/sync/inbox'

/** The conversation list as it stood at the change number `change` of the history `epoch`. */
export interface KeptInbox {
  epoch: number
  change: number
  rows: KeptRow[]
}

export interface Kept {
  inbox: KeptInbox | null
  me: User | null
  /** Null for what was never kept. */
  friends: User[] | null
  blocked: User[]
  groups: Community[] | null
  people: User[]
}

export type ListName = 'me' | 'friends' | 'blocked' | 'groups' | 'people'

/** ms in which several lists become one write. */
const pause = 500

export async function readKept(disk: Disk): Promise<Kept> {
  const [epoch, list, me, friends, blocked, groups, people] = await disk.lists(
    ['epoch', 'list', 'me', 'friends', 'blocked', 'groups', 'people'], // prettier-ignore
  )
  return {
    inbox: isFields(list) && count(epoch) > 0 ? inboxOf(count(epoch), list) : null,
    me: parseUser(me),
    friends: friends === undefined ? null : parseRows(friends, parseUser),
    blocked: parseRows(blocked, parseUser),
    groups: groups === undefined ? null : parseRows(groups, parseCommunity),
    people: parseRows(people, parseUser),
  }
}

function inboxOf(epoch: number, { change, rows }: Record<string, unknown>): KeptInbox {
  const kept = parseRows(rows, (value): KeptRow | null => {
    const row = isFields(value) && parseConversation(value.row)
    return row
      ? { row, told: count((value as { told?: unknown }).told), unsure: isFields(value) && value.unsure === true }
      : null
  })
  return { epoch, change: count(change), rows: kept }
}

/** Brings lists to the disk. */
export class ListKeeper {
  private readonly waiting = new Map<ListName, () => unknown>()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly disk: Disk) {}

  /** `value` is asked when it is written. */
  put(name: ListName, value: () => unknown): void {
    this.waiting.set(name, value)
    this.timer ??= setTimeout(() => this.flush(), pause)
  }

  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.waiting.size === 0) return
    void this.disk.putLists(Object.fromEntries([...this.waiting].map(([name, value]) => [name, value()])))
    this.waiting.clear()
  }
}
