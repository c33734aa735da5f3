/** What is found on this device alone, while the server cannot be asked. */
import { Media } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import type { Message } from '@/protocol/messages'
import type { Found } from '@/protocol/search'
import { finder, fold } from '@/protocol/words'
import { useLive } from '@/state/live'
import type { Question } from './asked'
import { fieldsOf } from './filters'

/** Messages of one page, as the server gives them. */
const page = 50
/** ms for which what was read from the disk serves further questions. Little comes meanwhile: there is no connection. */
const fresh = 30_000

interface Line {
  key: ChatKey
  message: Message
  text: string
  folded: string
}

let read: { user: number; chat: ChatKey | ''; until: number; lines: Promise<Line[]> } | null = null

/** The newest messages on this device that have all words of a question; `before`: id of one, only older ones. */
export async function findHere({ q, filters }: Question, before = 0): Promise<{ rows: Found[]; more: boolean }> {
  const { words, places } = finder(q)
  if (words.length === 0) return { rows: [], more: false }
  const { from, media, since = 0, until = Infinity } = fieldsOf(filters)
  const lines = await linesOf(filters.chat)
  const start = before ? lines.findIndex(({ message }) => message.id === before) + 1 : 0
  const rows: Found[] = []
  for (let index = start; index < lines.length && rows.length <= page; index++) {
    const { key, message, text, folded } = lines[index]
    if ((from && message.userid !== from) || (media && message.media !== media)) continue
    if (message.createat < since || message.createat > until) continue
    if (!words.every((word) => folded.includes(word))) continue
    const highlight = places(text)
    const { length } = message.content ?? ''
    if (highlight) rows.push({ key, message, highlight: highlight.filter(([, end]) => end <= length) })
  }
  return { rows: rows.slice(0, page), more: rows.length > page }
}

/** Reads what is here, for who is about to ask. */
export function warm(chat: ChatKey | ''): void {
  const live = useLive()
  if (live.disk && live.connection !== 'online') void linesOf(chat)
}

/** What can be found, the newest first. */
function linesOf(chat: ChatKey | ''): Promise<Line[]> {
  const user = useLive().api.userId
  const now = Date.now()
  if (read?.user !== user || read.chat !== chat || read.until < now)
    read = { user, chat, until: now + fresh, lines: readLines(chat) }
  return read.lines
}

async function readLines(chat: ChatKey | ''): Promise<Line[]> {
  const all = await useLive().stored(chat)
  return all
    .filter(([, { media, recalled }]) => media !== Media.Notice && !recalled)
    .map(([key, message]) => {
      const text = textOf(message)
      return { key, message, text, folded: fold(text) }
    })
    .filter(({ text }) => text !== '')
    .sort(({ message: a }, { message: b }) => b.createat - a.createat || b.id - a.id)
}

/** What of a message can be found; of a contact card its name, too. */
function textOf({ media, content = '', memo = '' }: Message): string {
  return media === Media.Card ? `${content}\n${memo}` : content
}
