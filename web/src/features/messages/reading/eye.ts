/**
 * Where in a drawn message the reader's eye is: at the first whole line of its words, or at the top of what has none.
 * The top of the message itself is no good: a name or a day may come to stand in it, and a window that turns breaks its
 * words elsewhere.
 */

export interface Eye {
  /** Characters of its words before that line; -1 for the top of the bubble. */
  at: number
  /** px below the upper edge of the list. */
  top: number
  /** The words, once they were seen: others have no such place. */
  words?: string
}

/** The texts in an element, in order; those that Vue puts in as marks are empty. */
function textsOf(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  for (let text = walker.nextNode(); text; text = walker.nextNode()) if ((text as Text).length) texts.push(text as Text)
  return texts
}

/** Where a character is drawn; undefined for one that is not, as a space at the end of a line. */
function boxAt(texts: readonly Text[], at: number): DOMRect | undefined {
  let before = at
  const text = texts.find(({ length }) => before < length || ((before -= length), false))
  if (!text) return undefined
  const range = document.createRange()
  range.setStart(text, before)
  range.setEnd(text, before + 1)
  return [...range.getClientRects()].find(({ width }) => width > 0)
}

/** The words of a message without its time, which may become another. */
function wordsOf(line: Element): { texts: Text[]; words: string } | undefined {
  const element = line.querySelector('.bubble .text')
  if (!element) return undefined
  const texts = textsOf(element).filter((text) => !text.parentElement?.closest('.meta'))
  return { texts, words: texts.map(({ data }) => data).join('') }
}

/** The eye in a line, `edge` being the upper edge of the list; undefined when no whole line of it is below that. */
export function eyeIn(line: Element, edge: number): Eye | undefined {
  const found = wordsOf(line)
  if (!found) {
    const top = (line.querySelector('.bubble') ?? line.querySelector('.middle'))?.getBoundingClientRect().top
    return top === undefined || top < edge ? undefined : { at: -1, top: top - edge, words: '' }
  }
  const { texts, words } = found
  // The first character that stands below the edge: lines follow each other.
  let from = 0
  let to = words.length
  while (from < to) {
    const middle = (from + to) >> 1
    const box = nextBox(texts, middle, to)
    if (box && box.rect.top >= edge - 0.5) to = middle
    else from = (box?.at ?? middle) + 1
  }
  const box = nextBox(texts, from, words.length)
  return box && { at: box.at, top: box.rect.top - edge, words }
}

/** The next character that is drawn. */
function nextBox(texts: readonly Text[], at: number, end: number): { at: number; rect: DOMRect } | undefined {
  for (let next = at; next < end; next++) {
    const rect = boxAt(texts, next)
    if (rect) return { at: next, rect }
  }
  return undefined
}

/** Where it is now, px below the edge; undefined when the words are others, or not drawn. */
export function eyeNow(line: Element, eye: Eye, edge: number): number | undefined {
  const found = wordsOf(line)
  if (eye.at < 0) {
    const bubble = found ? null : (line.querySelector('.bubble') ?? line.querySelector('.middle'))
    return bubble ? bubble.getBoundingClientRect().top - edge : undefined
  }
  eye.words ??= found?.words
  if (!found || found.words !== eye.words) return undefined
  const top = boxAt(found.texts, eye.at)?.top
  return top === undefined ? undefined : top - edge
}
