/** One line that stands for a message in lists, quotes and notifications. */
import { cut, plainName } from './characters'
import { Media } from './codes'
import type { Content, Message } from './messages'

export type PreviewKey =
  | 'preview.image'
  | 'preview.voice'
  | 'preview.news'
  | 'preview.redPacket'
  | 'preview.sticker'
  | 'preview.link'
  | 'preview.video'
  | 'preview.card'
  | 'preview.file'
  | 'preview.place'
  | 'preview.record'
  | 'preview.custom'
  | 'preview.unknown'
  | 'preview.recalled'

/** Label of a kind, and the field that follows it. */
const labels: Partial<Record<number, readonly [PreviewKey, keyof Content | null]>> = {
  [Media.News]: ['preview.news', 'content'],
  [Media.Voice]: ['preview.voice', null],
  [Media.Image]: ['preview.image', null],
  [Media.RedPacket]: ['preview.redPacket', 'memo'],
  [Media.Sticker]: ['preview.sticker', null],
  [Media.Link]: ['preview.link', 'content'],
  [Media.Video]: ['preview.video', null],
  [Media.Card]: ['preview.card', 'memo'],
  [Media.File]: ['preview.file', 'content'],
  [Media.Place]: ['preview.place', 'content'],
  [Media.Record]: ['preview.record', 'content'],
  [Media.Custom]: ['preview.custom', null],
}

/** At most this many characters are worth keeping; rows are cut by the layout. */
const longest = 120

/** `plain` takes the marks out of a text. */
export function previewOf(
  message: Content & Partial<Message>,
  say: (key: PreviewKey) => string,
  plain = (text: string) => text,
): string {
  if (message.recalled) return say('preview.recalled')
  if (message.media === Media.Text) return oneLine(plain((message.content ?? '').slice(0, longest * 4)))
  if (message.media === Media.Notice) return oneLine(message.content ?? '')
  const [label, field] = labels[message.media] ?? (['preview.unknown', null] as const)
  const detail = message.media === Media.Voice ? clock(message.amount ?? 0) : field ? message[field] : ''
  return oneLine(typeof detail === 'string' && detail ? `${say(label)} ${plainName(detail)}` : say(label))
}

/** `0:18`; '' for a voice that does not say how long it is. */
function clock(seconds: number): string {
  return seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : ''
}

function oneLine(text: string): string {
  const line = text
    .slice(0, longest * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return cut(line, longest)
}
