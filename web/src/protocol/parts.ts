/** A text cut into words, links and the people it names. */
import { findMentions } from './mentions'
import { splitLinks, type TextPart } from './links'

/** `id`: of who is named there, 0 for everybody. */
export type Part = TextPart & { id?: number }

export function splitText(
  text: string,
  at: readonly number[],
  nameOf: (id: number) => string | readonly string[] = () => '',
): Part[] {
  const parts: Part[] = []
  let done = 0
  for (const { start, end, id } of findMentions(text, at, nameOf)) {
    parts.push(...splitLinks(text.slice(done, start)), { text: text.slice(start, end), href: '', id })
    done = end
  }
  return [...parts, ...splitLinks(text.slice(done))]
}
