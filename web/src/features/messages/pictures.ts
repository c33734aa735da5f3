/** All pictures of a chat, for the viewer to swipe through; those of other servers that were asked for. */
import { shownUrl } from '@/features/media/foreign'
import { readSize } from '@/features/media/memo'
import { clockText, dayText } from '@/i18n/time'
import { Media } from '@/protocol/codes'
import type { Picture } from '@/ui/dialogs/pictureViewer'
import type { Entry } from './entry'

export function picturesOf(
  entries: readonly Entry[],
  nameOf: (id: number) => string,
  now: number,
): (Picture & { key: string })[] {
  return entries
    .filter((entry) => entry.message.media === Media.Image && shownUrl(entry.message.url))
    .map((entry) => {
      const size = readSize(entry.message.memo)
      return {
        key: entry.key,
        src: shownUrl(entry.message.url),
        thumb: shownUrl(entry.message.pic) || undefined,
        width: size?.width ?? 0,
        height: size?.height ?? 0,
        alt: `${nameOf(entry.userid)}, ${dayText(entry.createat, now)} ${clockText(entry.createat)}`,
      }
    })
}
