/**
 * A server in memory that keeps the contract for one user and loses what a network may lose:
 * connections with frames under way in both directions, and single pushes (which are only a hint).
 * Runs on fake timers.
 */
import type { OutgoingChange } from '@/protocol/changes'
import type { Kind } from '@/protocol/codes'
import type { OutgoingForward } from '@/protocol/forwards'
import { chatKey, type ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { LinkPreview } from '@/protocol/previews'
import { flagNames, type OwnAct } from '@/protocol/own'
import type { RawSocket } from '@/transport/socket'
import { FakeGroups } from './fake-groups'
import { FakeSocket } from './fake-socket'
import type { Form } from './fake-store'
import type { Random } from './random'

export interface Faults {
  /** Chance of each push to get lost. */
  losePush: number
  /** Chance of each message to be put off with -429. */
  slowDown: number
  /** Chance of each HTTP call to fail. */
  failCall: number
}

export class FakeServer extends FakeGroups {
  /** Users that were asked for, each as often as it was. */
  readonly asked: number[] = []
  /** Addresses of files that are not kept any more. */
  readonly gone = new Set<string>()
  /** Frames about typing and looking, as they came. */
  readonly heard: { cmd: number; [field: string]: number }[] = []
  readonly friends: { id: number; nickname: string; remark?: string; pinyin?: string }[] = [
    { id: 42, nickname: '林晓雨' },
  ]
  /** Whom this user blocks, who wants to be a friend, and who has yet to agree to be one. */
  readonly blocked: { id: number; nickname: string }[] = []
  readonly requests: { id: number; userid: number; dstid: number; state: string; user: object }[] = []
  readonly careful = new Set<number>()
  /** What this user has decided of themselves, and who has read their messages. */
  readonly settings: Record<string, unknown> = { online: 1, read: 1, approval: 'auto', find: ['id', 'mobile', 'group'] }
  readers = { rows: [{ id: 42, nickname: '林晓雨' }], data: { read: 1, total: 2 } }
  /** Who is found by which mobile. */
  readonly mobiles = new Map<string, number>()
  /** Numbers that nobody has. */
  readonly nobody = new Set<number>()
  /** The friends who are online. */
  readonly online = new Set<number>()
  faults: Faults = { losePush: 0, slowDown: 0, failCall: 0 }
  /** Every frame with a message that arrived, resends included. */
  attempts = 0
  /** What changes of a kind are refused with. */
  readonly refusals = new Map<number, { code: number; msg: string }>()
  /** cids of the calls to forward, as often as they came, and the chats that take none. */
  readonly forwarded: string[] = []
  readonly refusesForwards = new Set<ChatKey>()
  /** What calls are refused with, by their paths. */
  readonly refusedCalls = new Map<string, { code: number; msg: string }>()
  /** ms that answers stay on their way, by their paths. */
  readonly late = new Map<string, number>()
  /** The first ack of each cid. */
  private readonly acks = new Map<string, object>()
  private readonly sockets = new Set<FakeSocket>()

  constructor(
    me: number,
    private readonly random: Random,
  ) {
    super(me)
  }

  connect = (): RawSocket => {
    const socket = new FakeSocket(this)
    this.sockets.add(socket)
    setTimeout(
      () => socket.tell({ cmd: 3, epoch: this.epoch, now: Date.now(), heartbeat: 25, max_frame: 65_536 }),
      this.latency(),
    )
    return socket
  }

  /** All connections are cut; what is under way is lost. */
  cut(code = 1006): void {
    for (const socket of [...this.sockets]) {
      this.forget(socket)
      socket.cut(code)
    }
  }

  forget(socket: FakeSocket): void {
    this.sockets.delete(socket)
    socket.open = false
  }

  latency(): number {
    return 5 + this.random.below(100)
  }

  /** Somebody else writes. */
  write(key: ChatKey, userid: number, content: string, more: Partial<Message> = {}): void {
    const [kind, dstid] = key.split('/').map(Number) as [Kind, number]
    const message = { cmd: kind, dstid: kind === 10 ? this.me : dstid, media: 1, content, ...more }
    this.push(this.store(key, { ...message, userid }), null)
  }

  /** An event for this user. */
  tell(frame: object): void {
    for (const socket of this.sockets) socket.tell(frame)
  }

  receive(socket: FakeSocket, text: string): void {
    const frame = JSON.parse(text)
    if (frame.cmd === 12 || frame.cmd === 18) this.heard.push(frame)
    if (frame.cmd === 0) socket.tell({ cmd: 0, now: Date.now() })
    if (frame.cmd === 13) {
      this.markRead(chatKey(frame.kind, frame.dstid), frame.seq)
    }
    if (frame.cmd === 14 || frame.cmd === 15 || frame.cmd === 16 || frame.cmd === 19) this.receiveChange(socket, frame)
    if (frame.cmd === 10 || frame.cmd === 11) this.receiveMessage(socket, frame)
  }

  private receiveMessage(socket: FakeSocket, frame: Message): void {
    this.attempts += 1
    const key = chatKey(frame.cmd, frame.dstid)
    const known = this.rows(key).find(({ cid }) => cid === frame.cid)
    if (!known && frame.content === 'forbidden') {
      socket.tell({ cmd: 2, code: -403, msg: '没有权限', cid: frame.cid })
    } else if (!known && frame.url && this.gone.has(frame.url)) {
      socket.tell({ cmd: 2, code: -404, msg: '文件已过期，请重新上传', cid: frame.cid })
    } else if (!known && this.random.chance(this.faults.slowDown)) {
      socket.tell({ cmd: 2, code: -429, msg: '慢一点', cid: frame.cid, data: { retry_after: 1 } })
    } else {
      const row = known ?? this.store(key, { ...frame, userid: this.me })
      const { id, seq, ver, createat, cmd, dstid } = row
      const ack = this.acks.get(frame.cid!) ?? { cmd: 1, cid: frame.cid, id, seq, ver, createat, kind: cmd, dstid }
      this.acks.set(frame.cid!, ack)
      socket.tell(ack)
      if (!known) this.push(row, socket)
    }
  }

  /** Somebody else, or the reader on another device, does something to a message. */
  alter(key: ChatKey, userid: number, change: Omit<OutgoingChange, 'cid' | 'kind' | 'dstid'>): void {
    const [kind, dstid] = key.split('/').map(Number) as [Kind, number]
    const named = kind === 10 && userid !== this.me ? this.me : dstid
    const event = this.change(key, userid, { ...change, kind, dstid: named, cid: '' })
    if (event) this.push(event, null)
  }

  /** A message gets a preview, or loses it. */
  preview(key: ChatKey, id: number, preview?: LinkPreview): void {
    const event = this.previewed(key, id, preview)
    if (event) this.push(event, null)
  }

  private receiveChange(socket: FakeSocket, frame: OutgoingChange): void {
    const { cid, id, kind, dstid } = frame
    const key = chatKey(kind, dstid)
    const known = this.acks.get(cid)
    const row = this.rows(key).find((one) => one.id === id)
    const refusal = this.refusals.get(frame.cmd) ?? (row ? undefined : { code: -404, msg: '该消息不存在' })
    if (known) return socket.tell(known)
    if (this.random.chance(this.faults.slowDown))
      return socket.tell({ cmd: 2, code: -429, msg: '慢一点', cid, data: { retry_after: 1 } })
    if (refusal || !row) return socket.tell({ cmd: 2, cid, ...refusal })
    const event = this.change(key, this.me, frame)
    const ack = { cmd: 1, cid, id, seq: row.seq, ver: event?.ver ?? row.ver, kind, dstid }
    this.acks.set(cid, ack)
    socket.tell(ack)
    if (event) this.push(event, socket)
  }

  /** The reader does something for themselves, on any device; all their sockets are told. */
  oneself(key: ChatKey, act: OwnAct): void {
    const [kind, dstid] = key.split('/').map(Number)
    const marked = this.row(key).marked
    const told = this.doOneself(key, act)
    if (told) this.push({ cmd: 22, userid: this.me, kind, dstid, ...told }, null)
    else if (act.do === 'read') {
      this.push({ cmd: 13, userid: this.me, kind, dstid, seq: this.read.get(key) }, null)
      if (marked && !this.row(key).marked) this.push({ cmd: 22, userid: this.me, kind, dstid, marked: 0 }, null)
    }
  }

  private push(row: object, from: FakeSocket | null): void {
    for (const socket of this.sockets)
      if (socket !== from && !this.random.chance(this.faults.losePush)) socket.tell(row)
  }

  /** Answers calls as `fetch` would. */
  fetch = async (path: string, request: { body: string }): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, this.latency()))
    if (this.random.chance(this.faults.failCall)) throw new TypeError('network')
    const refused = this.refusedCalls.get(path)
    const answer = JSON.stringify({ code: 0, msg: '', ...(refused ?? this.answer(path, JSON.parse(request.body))) })
    await new Promise((resolve) => setTimeout(resolve, this.latency() + (this.late.get(path) ?? 0)))
    return new Response(answer)
  }

  /** Copies messages, once for each cid; a chat in `refusesForwards` takes none. */
  private forward({ to, merge, cid, ...from }: OutgoingForward): object {
    this.forwarded.push(cid)
    const sources =
      'favorite' in from
        ? this.favorites.filter(({ id }) => id === from.favorite).map(({ message }) => message)
        : this.rows(chatKey(from.kind, from.dstid)).filter(({ id }) => from.ids.includes(id))
    const record = { media: 12, content: 'record', amount: sources.length }
    const rows = to.flatMap((place): object[] => {
      const key = chatKey(place.kind, place.dstid)
      if (this.refusesForwards.has(key)) return [{ ...place, code: -403, msg: '你们还不是好友' }]
      return (merge ? [record] : sources).map((source, index) => {
        const own = `${cid}-${key}-${index}`
        const content = { media: source.media, content: source.content, ...(merge ? {} : { fwd: 42 }) }
        const copy = { ...content, cmd: place.kind, dstid: place.dstid, userid: this.me, cid: own }
        const known = this.rows(key).find((row) => row.cid === own)
        const row = known ?? this.store(key, copy)
        if (!known) this.push(row, null)
        return { ...place, cid: own, id: row.id, seq: row.seq, ver: row.ver, createat: row.createat }
      })
    })
    return { rows }
  }

  private answer(path: string, form: Form): object {
    const key = chatKey(form.kind, form.dstid)
    const { seq = 0, ids = [] } = form
    switch (path) {
      case '/conversation/set': {
        const flags = Object.entries(form).filter(([name]) => (flagNames as readonly string[]).includes(name))
        this.oneself(key, { do: 'set', flags: Object.fromEntries(flags) })
        return { data: this.row(key) }
      }
      case '/conversation/clear':
        this.oneself(key, { do: 'clear', seq })
        return {}
      case '/message/read':
        this.oneself(key, { do: 'read', seq })
        return {}
      case '/message/hide':
        this.oneself(key, { do: 'hide', ids })
        return {}
      case '/message/hidden':
        return this.hidden(form)
      case '/message/conversations':
        return this.conversations(form)
      case '/message/history':
        return this.history(form)
      case '/message/around':
        return this.around(form)
      case '/message/mentions':
        return this.naming(form)
      case '/message/changes':
        return this.changed(form)
      case '/message/get':
        return { rows: this.visible(key).filter(({ id }) => ids.includes(id)) }
      case '/message/search':
        return this.search(form)
      case '/contact/search':
        return this.named(form)
      case '/message/pins':
        return {
          rows: this.visible(key)
            .filter(({ pinned }) => pinned)
            .map((row) => this.seen(row)),
        }
      case '/message/forward':
        return this.forward(form as unknown as OutgoingForward)
      case '/user/find':
        if (form.mobile) form.id = this.mobiles.get(form.mobile) ?? 0
        if (!form.id || this.nobody.has(Number(form.id))) return { code: -404, msg: '该用户不存在' }
        this.asked.push(form.id)
        return { data: { id: form.id, nickname: `user ${form.id}` } }
      case '/user/settings': {
        const said = Object.entries(form).filter(([name]) => name in this.settings)
        return { data: Object.assign(this.settings, Object.fromEntries(said)) }
      }
      case '/message/readers':
        return this.readers
      case '/user/logout':
        this.cut(4401)
        return {}
      case '/contact/loadfriend':
        return { rows: this.friends.map((friend) => ({ ...friend, online: this.online.has(friend.id) ? 1 : 0 })) }
      case '/contact/blocked':
        return { rows: this.blocked }
      case '/contact/requests': {
        const waiting = this.requests.filter(({ dstid, state }) => dstid === this.me && state === 'pending').length
        return { rows: this.requests, data: { waiting, more: 0 } }
      }
      case '/contact/addfriend':
        if (this.careful.has(form.dstid)) return { msg: '已发送好友申请', data: { request: 1, state: 'pending' } }
        this.friends.push({ id: form.dstid, nickname: `user ${form.dstid}` })
        return { msg: '好友添加成功' }
      default: {
        const kept = this.answerKept(path, form) ?? this.answerGroups(path, form)
        if (kept) return kept
        throw new Error(`the page asked ${path}`)
      }
    }
  }
}
