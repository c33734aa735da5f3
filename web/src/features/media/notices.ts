/** The words of a notice in the page's language, with the people in it. */
import { t, type TextKey } from '@/i18n'
import { isolated, plainName } from '@/protocol/characters'
import type { Content } from '@/protocol/messages'
import { announcementIn, parseNotice, type Notice } from '@/protocol/notices'
import type { Names } from './types'

/** `id`: of who is named there. */
export interface NoticePart {
  text: string
  id?: number
}

/** So many people are named; of more it is said how many. */
const most = 5

const keys: Record<Exclude<Notice['what'], 'muted'>, TextKey> = {
  created: 'notice.created',
  joined: 'notice.joined',
  left: 'notice.left',
  removed: 'notice.removed',
  renamed: 'notice.renamed',
  notice: 'notice.announced',
  transferred: 'notice.transferred',
  dissolved: 'notice.dissolved',
}

/** What a sentence of the catalogue has in the place of people; nothing that a name can have in it. */
const place = { by: '\u{e000}', who: '\u{e001}' }
const places = new RegExp(`([${place.by}${place.who}])`, 'u')

/** The sentence of a notice; a notice that the page does not know is in the server's own words. */
export function noticeParts({ content = '', memo }: Content, { me, nameOf }: Names): NoticePart[] {
  const notice = parseNotice(memo)
  if (!notice) return [{ text: content }]
  const named = (id: number, you: TextKey): NoticePart => ({ text: id === me ? t(you) : plainName(nameOf(id)), id })
  const { by, who, name } = notice
  return t(keyOf(notice), place)
    .split(places)
    .filter((text) => text !== '')
    .flatMap((text) => {
      if (text === place.by) return [named(by, 'notice.youFirst')]
      if (text === place.who) return listed(who.map((id) => named(id, 'notice.you')))
      // Not by `t`, for a name may have any character in it.
      return [{ text: text.replace('{name}', () => isolated(plainName(name))) }]
    })
}

function keyOf({ what, by, who, until }: Notice): TextKey {
  if (what === 'muted') return until > 0 ? 'notice.muted' : 'notice.unmuted'
  // Somebody else has let them in.
  if (what === 'joined' && !who.includes(by)) return 'notice.added'
  return keys[what]
}

function listed(people: NoticePart[]): NoticePart[] {
  const parts = people
    .slice(0, most)
    .flatMap((person, index) => (index > 0 ? [{ text: t('notice.comma') }, person] : [person]))
  return people.length > most ? [...parts, { text: t('notice.others', { n: people.length - most }) }] : parts
}

/** The announcement that a notice tells of, '' for any other. */
export function announcedIn({ content = '', memo }: Content): string {
  return parseNotice(memo)?.what === 'notice' ? announcementIn(content) : ''
}

/** The same in one line, for lists. */
export function noticeText(message: Content, names: Names): string {
  const sentence = noticeParts(message, names)
    .map(({ text, id }) => (id === undefined ? text : isolated(text)))
    .join('')
  const announced = announcedIn(message)
  return announced ? `${sentence}${t('notice.colon')}${announced}` : sentence
}
