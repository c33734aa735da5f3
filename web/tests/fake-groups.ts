/** The groups of the fake server as its user sees them: who is in them, who wants to be, what was done to them. */
import { FakeKept } from './fake-kept'
import type { Form } from './fake-store'

export interface FakeMember {
  id: number
  nickname: string
  role?: number
  alias?: string
  muted_until?: number
}

interface FakeGroup {
  id: number
  name: string
  [field: string]: unknown
}

export abstract class FakeGroups extends FakeKept {
  /** Those of the user's list, and those that they are not in. */
  groups: FakeGroup[] = [{ id: 3, name: '周末爬山' }]
  readonly foreign = new Map<number, FakeGroup>()
  /** Codes of links, and where they lead. */
  readonly links = new Map<string, number>()
  /** By group, in the order of the list. */
  readonly members = new Map<number, FakeMember[]>()
  /** Names, or numbers, by which members were asked for. */
  readonly askedMembers: string[] = []
  /** By group: who wants to come in, the latest first. */
  readonly joinRequests = new Map<number, { id: number; state: string; user: { id: number; nickname: string } }[]>()
  /** What was done: the path and what was said. */
  readonly deeds: [path: string, form: object][] = []

  /** The answer to a call about groups; null for any other. */
  protected answerGroups(
    path: string,
    form: Form & { link?: string; request?: number; accept?: number },
  ): object | null {
    switch (path) {
      case '/contact/loadcommunity':
        return { rows: this.groups }
      case '/community/info': {
        const id = form.link ? this.links.get(form.link) : form.dstid
        const data = this.groups.find((one) => one.id === id) ?? this.foreign.get(id ?? 0)
        return data ? { data } : { code: -404, msg: '该群不存在' }
      }
      case '/contact/joincommunity': {
        const id = form.link ? (this.links.get(form.link) ?? 0) : form.dstid
        const group = this.foreign.get(id)
        if (!group) return { code: -404, msg: '该群不存在' }
        if (group.join === 'approve') return { data: { request: 1, state: 'pending' } }
        this.groups = [...this.groups, { ...group, role: 1 }]
        return { msg: '加群成功' }
      }
      case '/community/members':
        return this.listMembers(form)
      case '/community/requests': {
        const all = this.joinRequests.get(form.dstid) ?? []
        const waiting = all.filter(({ state }) => state === 'pending').length
        const rows = all.filter(({ id }) => id < (form.before ?? Infinity))
        return { rows: rows.slice(0, form.limit), data: { waiting, more: rows.length > form.limit ? 1 : 0 } }
      }
      case '/community/answer':
        for (const request of [...this.joinRequests.values()].flat())
          if (request.id === form.request) request.state = form.accept ? 'accepted' : 'declined'
        return {}
      default:
        if (!path.startsWith('/community/')) return null
        this.deeds.push([path, form])
        return {}
    }
  }

  private listMembers({ dstid, after = 0, q = '', limit, ids }: Form): object {
    this.askedMembers.push(ids ? ids.join() : q)
    const all = this.members.get(dstid) ?? []
    if (ids) return { rows: all.filter(({ id }) => ids.includes(id)) }
    const from = all.findIndex(({ id }) => id === after) + 1
    const found = all.slice(from).filter(({ nickname, alias = '' }) => nickname.includes(q) || alias.includes(q))
    const rows = found.slice(0, limit)
    const more = found.length > rows.length ? 1 : 0
    return { rows, data: { more, next: more ? rows.at(-1)?.id : 0 } }
  }
}
