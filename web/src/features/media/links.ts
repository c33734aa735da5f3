/** Links inside a text. */
import { linkUrl } from '@/protocol/url'

export interface TextPart {
  text: string
  /** Where this part leads; '' for plain words. */
  href: string
}

const LINK = /(?:https?:\/\/|www\.)[^\s<>"'“”‘’，。！？；：、（）《》【】]+/gi

/** Cuts a text into plain words and links; sentence marks at the end of a link stay outside of it. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let done = 0
  for (const match of text.matchAll(LINK)) {
    let found = match[0].replace(/[.,;:!?]+$/, '')
    if (found.endsWith(')') && !found.includes('(')) found = found.slice(0, -1)
    const href = linkUrl(/^www\./i.test(found) ? `https://${found}` : found)
    if (!href) continue
    if (match.index > done) parts.push({ text: text.slice(done, match.index), href: '' })
    parts.push({ text: found, href })
    done = match.index + found.length
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: '' })
  return parts
}

/** Host shown under a link card, '' for a path on this server. */
export function hostOf(url: string): string {
  return /^https?:/i.test(url) && URL.canParse(url) ? new URL(url).host.replace(/^www\./, '') : ''
}
