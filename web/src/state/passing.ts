/** Frames about which the engine itself does nothing: they are told to whoever listens. */
import { Cmd } from '@/protocol/codes'
import { keyOfEvent } from '@/protocol/conversations'
import type { ServerFrame } from '@/protocol/frames'
import type { LiveEmitter } from './events'

type Names =
  'Typing' | 'Presence' | 'CommunityChanged' | 'PacketOpened' | 'AccountChanged' | 'Draft' | 'Later' | 'Moderated'

export function passOn(
  frame: Extract<ServerFrame, { cmd: (typeof Cmd)[Names] }>,
  events: LiveEmitter,
  me: number,
): void {
  switch (frame.cmd) {
    case Cmd.Typing:
      return events.emit('typing', { key: keyOfEvent(frame, me), userId: frame.userid })
    case Cmd.Presence:
      return events.emit('presence', { userId: frame.userid, online: frame.online === 1 })
    case Cmd.CommunityChanged:
      return events.emit('community', frame)
    case Cmd.PacketOpened:
      return events.emit('packetOpened', { key: keyOfEvent(frame, me), event: frame })
    case Cmd.AccountChanged:
      return events.emit('account', frame)
    case Cmd.Draft:
      return events.emit('draft', frame)
    case Cmd.Later:
      return events.emit('later', frame)
    case Cmd.Moderated:
      return events.emit('moderated', frame)
  }
}
