/** All pictures of a chat, for the viewer to swipe through. */
import { readSize } from '@/features/media/memo'
import { clockText, dayText } from '@/i18n/time'
import { Media } from '@/protocol/codes'
import { mediaUrl } from '@/protocol/url'
import type { Picture } from '@/ui/dialogs/pictureViewer'
import type { Entry } from './entry'

export function picturesOf(
  entries: readonly Entry[],
  nameOf: (id: number) => string,
  now: number,
): (Picture & { key: string })[] {
  return entries
    .filter((entry) => entry.message.media === Media.Image && mediaUrl(entry.message.url))
    .map((entry) => {
      const size = readSize(entry.message.memo)
      return {
        key: entry.key,
        src: mediaUrl(entry.message.url),
        thumb: mediaUrl(entry.message.pic) || undefined,
        width: size?.width ?? 0,
        height: size?.height ?? 0,
        alt: `${nameOf(entry.userid)}, ${dayText(entry.createat, now)} ${clockText(entry.createat)}`,
      }
    })
}
