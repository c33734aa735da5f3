/**
 * Texts with their marks read. The parser is not in what the page loads first: it comes when the first text with a
 * sign of a mark is drawn. Until then the text stands as it was typed; what calls `marked` in a template or `computed`
 * is drawn again when the parser is there.
 */
import { shallowRef } from 'vue'
import type { Split } from '@/protocol/markdown/parse'
import { mayHaveMarks, wordsOf, type Block } from '@/protocol/markdown/tree'

/** Marks are drawn, not shown: what the reader likes. */
export const marksDrawn = shallowRef(true)

type Parse = (text: string, split?: Split) => Block[] | null

const parser = shallowRef<Parse>()
let asked = false

function ask(): void {
  if (asked) return
  asked = true
  import('@/protocol/markdown/parse').then(
    ({ parse }) => (parser.value = parse),
    // The server is away: the next text asks again.
    () => (asked = false),
  )
}

/** What is drawn for a text; null when that is the text itself. */
export function marked(text: string, split?: Split): Block[] | null {
  if (!marksDrawn.value || !mayHaveMarks(text)) return null
  if (!parser.value) ask()
  return parser.value?.(text, split) ?? null
}

/** Texts whose words were asked for last: lists ask for the same ones at each change. */
const known = new Map<string, string>()
const most = 200

/** A text in a line of a list: its words without their marks. */
export function unmarked(text: string): string {
  if (!marksDrawn.value || !parser.value || !mayHaveMarks(text)) {
    marked(text)
    return text
  }
  const words = known.get(text) ?? wordsOrText(marked(text), text)
  known.delete(text)
  known.set(text, words)
  for (const oldest of known.keys()) {
    if (known.size <= most) break
    known.delete(oldest)
  }
  return words
}

function wordsOrText(blocks: Block[] | null, text: string): string {
  return blocks ? wordsOf(blocks) : text
}
