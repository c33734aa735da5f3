/** What stands on the card of a red packet, and in the lines about who opened it. */
import { useUsers } from '@/features/accounts/users'
import type { PacketCard } from '@/features/media/types'
import { t } from '@/i18n'
import { Kind } from '@/protocol/codes'
import type { Content, Message } from '@/protocol/messages'
import { packetIn } from '@/protocol/packets'
import { useLive } from '@/state/live'
import { usePackets, type Aside } from './packets'

/** For `packetKey`: how each packet stands for the reader. */
export function usePacketCard(): (message: Content & Partial<Message>) => PacketCard {
  const packets = usePackets()
  const me = useLive().api.userId
  return (message) => {
    const packet = packets.get(packetIn(message))
    const own = message.userid === me
    const single = message.cmd === Kind.Single
    if (packets.mine(packet)) return { hint: t('packet.mine'), pale: true }
    if (packet?.state === 'empty') return { hint: t(own && single ? 'packet.taken' : 'packet.empty'), pale: true }
    if (packet?.state === 'expired') return { hint: t('packet.expired'), pale: true }
    if (!own) return { hint: t('media.packetOpen'), pale: false }
    return { hint: t(single ? 'packet.waiting' : 'packet.toView'), pale: false }
  }
}

/** "小明领取了你的红包". */
export function useAsideWords(): (aside: Aside) => string {
  const users = useUsers()
  const me = useLive().api.userId
  return ({ who, sender, last }) => {
    if (sender !== me) return t('packet.youTook', { name: users.nameOf(sender) })
    if (who === me) return t(last ? 'packet.youTookOwnLast' : 'packet.youTookOwn')
    return t(last ? 'packet.tookYoursLast' : 'packet.tookYours', { name: users.nameOf(who) })
  }
}
