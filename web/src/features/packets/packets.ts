/** Red packets: how each stands, as far as it was looked at, and what one does with them. */
import { defineStore } from 'pinia'
import { shallowReactive, shallowRef } from 'vue'
import { Code } from '@/protocol/codes'
import { parseChatKey, type ChatKey } from '@/protocol/conversations'
import { newCid } from '@/protocol/messages'
import {
  parseOpened,
  parsePacket,
  type Opened,
  type Packet,
  type PacketEvent,
  type PacketMode,
} from '@/protocol/packets'
import { sentences, useLive } from '@/state/live'
import { oneByOne } from '@/state/retry'
import { ApiError } from '@/transport/errors'

/** What one puts into a packet. */
export interface PacketForm {
  amount: number
  count: number
  mode: PacketMode
  memo: string
}

/** A line in a chat, while the page is open: somebody opened a packet of the reader's, or the reader opened one. */
export interface Aside {
  key: string
  /** It stands behind the message with this seq. */
  after: number
  createat: number
  /** Who opened it, and whose it is. */
  who: number
  sender: number
  /** Nothing is left in it. */
  last: boolean
}

/** Asides kept for each chat. */
const most = 100

export const usePackets = defineStore('packets', () => {
  const live = useLive()
  const known = shallowReactive(new Map<number, Packet>())
  const asides = shallowReactive(new Map<ChatKey, readonly Aside[]>())
  /** Asked for since this connection began. What happened before it nobody told. */
  const asked = new Set<number>()
  const round = shallowRef(0)

  /** A packet as it stood when it was last heard of; asked for in the background (then the view redraws). */
  function get(id: number): Packet | undefined {
    void round.value
    const packet = known.get(id)
    if (id > 0 && packet?.state !== 'empty' && packet?.state !== 'expired' && !asked.has(id)) {
      asked.add(id)
      want(id)
    }
    return packet
  }

  const want = oneByOne(look)

  /** A packet as it stands now, from the server. */
  async function look(id: number): Promise<Packet> {
    const packet = parsePacket((await live.api.call('/redpacket/info', { id })).data)
    if (!packet) throw new ApiError(Code.Refused, sentences().answer)
    known.set(id, packet)
    asked.add(id)
    return packet
  }

  /** Opens it; again is no mistake. */
  async function open(id: number): Promise<Opened> {
    const opened = parseOpened((await live.api.call('/redpacket/open', { id })).data)
    if (!opened) throw new ApiError(Code.Refused, sentences().answer)
    await look(id).catch(() => asked.delete(id)) // who else has what is not worth a failure
    return opened
  }

  /** What the reader got out of a packet, 0 for nothing. */
  function mine(packet: Packet | undefined): number {
    return packet?.rows.find(({ userid }) => userid === live.api.userId)?.amount ?? 0
  }

  /** A cid for a packet that is about to be sent: whatever is pressed again goes by the same one. */
  const newPacket = () => newCid(live.engine?.now() ?? Date.now())

  /** Resolves once its message is durable, which comes to all devices as any other. */
  async function send(chat: ChatKey, form: PacketForm, cid: string): Promise<void> {
    const place = parseChatKey(chat)
    if (!place) throw new RangeError(`not a chat key: ${chat}`)
    await live.api.call('/redpacket/send', { ...place, ...form, cid })
  }

  async function told(key: ChatKey, { id, userid, opened, count }: PacketEvent): Promise<void> {
    const me = live.api.userId
    const after = live.engine?.inbox.get(key)?.seq ?? 0
    const createat = live.engine?.now() ?? Date.now()
    let packet = known.get(id)
    if (packet && userid !== me) {
      const state = opened === count ? 'empty' : packet.state
      if (opened > packet.opened) known.set(id, { ...packet, opened, state })
    } else packet = await look(id)
    if (packet.userid !== me && userid !== me) return
    const aside = {
      key: `p${id}-${userid}`,
      after,
      createat,
      who: userid,
      sender: packet.userid,
      last: opened === count,
    }
    const before = asides.get(key) ?? []
    if (!before.some((one) => one.key === aside.key)) asides.set(key, [...before, aside].slice(-most))
  }

  live.events.on('packetOpened', ({ key, event }) => void told(key, event).catch(() => asked.delete(event.id)))
  live.events.on('welcome', () => {
    asked.clear()
    round.value += 1
  })
  live.events.on('forget', () => {
    known.clear()
    asides.clear()
  })

  return { known, asides, get, look, open, mine, newPacket, send }
})
