/** Opens the overlay of a red packet. */
import { useUsers } from '@/features/accounts/users'
import { t } from '@/i18n'
import { useLive } from '@/state/live'
import { fail, openDialog } from '@/ui/dialogs'
import { Kind } from '@/protocol/codes'
import { packetIn } from '@/protocol/packets'
import type { Content, Message } from '@/protocol/messages'
import { usePackets } from './packets'
import PacketDialog from './PacketDialog.vue'

/** A packet of a chat: its closed face first, if there may be something in it for the reader. */
export function openPacket(message: Content & Partial<Message>): Promise<void> {
  // Between two its sender can't open it.
  const out = message.cmd === Kind.Single && message.userid === useLive().api.userId
  return showPacket(packetIn(message), !out)
}

/** `may`: the reader may open it, should it be closed. */
export async function showPacket(id: number, may = false): Promise<void> {
  const packets = usePackets()
  try {
    const packet = await packets.look(id)
    const title = t('packet.of', { name: useUsers().nameOf(packet.userid) })
    const shut = may && packet.state === 'open' && packets.mine(packet) === 0
    await openDialog(PacketDialog, { title, id, shut }, { shape: 'box', light: true })
  } catch (error) {
    fail(error)
  }
}
