/**
 * Links inside a text: where each begins and, harder, where it ends. Chinese is written without a
 * space behind a link, and an address may itself have Chinese in it; so what follows decides.
 */
import { shownHost } from './hosts'
import { linkUrl } from './url'

export interface TextPart {
  text: string
  /** Where this part leads; '' for plain words. */
  href: string
}

const BEGIN = /https?:\/\/|www\.(?=[^\s.])/gi

/** Never in a link: spaces, what nobody sees, quotes, marks of Chinese, Japanese and typography. */
const ENDS =
  /[\p{C}\p{Z}<>"`\\^|\u00AB\u00BB\u2010-\u205E\u2190-\u21FF\u3001-\u3004\u3008-\u3020\u3030\u303D-\u303F\u30FB\uFE10-\uFE6F\uFF00-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65\uFFE0-\uFFFF]/u
/** Letters of scripts that put no space between words, and emoji: in a link only where a part of it begins with them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30FC\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]|\p{Extended_Pictographic}/u
/** Behind these a part of an address begins. */
const JOINTS = '/=#&-_+@%·'
const OPENS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
/** Marks of the sentence around a link, not of its end. */
const SENTENCE = /[.,;:!?'*~([{]+$/

/** Cuts a text into plain words and links. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let done = 0
  for (const match of text.matchAll(BEGIN)) {
    if (match.index < done || isInWord(text, match)) continue
    const found = linkAt(text, match.index, match[0].length)
    const href = linkUrl(/^www\./i.test(found) ? `https://${found}` : found)
    if (!href) continue
    if (match.index > done) parts.push({ text: text.slice(done, match.index), href: '' })
    parts.push({ text: found, href })
    done = match.index + found.length
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: '' })
  return parts
}

/** "www." in the middle of a word or address is none of its own. */
function isInWord(text: string, match: RegExpMatchArray): boolean {
  const before = text[(match.index ?? 0) - 1] ?? ''
  return /^www/i.test(match[0]) && /[\w@.\-/]/.test(before)
}

function linkAt(text: string, begin: number, scheme: number): string {
  const open: string[] = []
  let end = begin + scheme
  let host = true
  for (const character of text.slice(end, begin + longest)) {
    const before = text.slice(begin, end)
    if (ENDS.test(character)) break
    if (character in OPENS) {
      // One that was not opened here closes something around the link.
      if (open.pop() !== OPENS[character]) break
    } else if ('([{'.includes(character)) open.push(character)
    else if (UNSPACED.test(character) && !mayHold(before, scheme, host)) break
    else if (/[,;]$/.test(before) && BEGINS.test(text.slice(end))) break
    host &&= !'/?#'.includes(character)
    end += character.length
  }
  return trimmed(text.slice(begin, end), text[begin - 1] ?? '')
}

/** Longer ones are no addresses that anybody follows. */
const longest = 4096
const BEGINS = /^https?:\/\//i

/** A Chinese letter right behind this belongs to the address, not to the sentence. */
function mayHold(before: string, scheme: number, host: boolean): boolean {
  if (before.length === scheme) return true
  const last = [...before.slice(-2)].at(-1) ?? ''
  if (UNSPACED.test(last) || JOINTS.includes(last)) return true
  if (last === '.') return host || UNSPACED.test([...before.slice(-3, -1)].at(-1) ?? '')
  // Foo_(消歧义), but not x(点这里).
  return last === '(' && JOINTS.includes(before.at(-2) ?? ' ')
}

function trimmed(link: string, before: string): string {
  const marks = before === '_' ? /[.,;:!?'*~([{_]+$/ : SENTENCE
  return link.replace(marks, '')
}

/**
 * What stands under a link card: its host, or all of what is no address of the web. Of a broken one nothing does: the
 * server has not looked at the words in it.
 */
export function whereTo(url: string): string {
  return hostOf(linkUrl(url)) || (/^\s*https?:/i.test(url) ? '' : url)
}

/** Host shown under a link card, '' for a path on this server. */
export function hostOf(url: string): string {
  return shownHost(url)
}
