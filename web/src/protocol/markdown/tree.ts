/** A text with its marks read: what the page draws. There is nothing in it that could be more than words. */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong' | 'emphasis' | 'deleted'; children: Inline[] }
  | { kind: 'code'; text: string }
  /** `host`: where it really leads, when its words do not say so; else ''. */
  | { kind: 'link'; href: string; host: string; children: Inline[] }
  /** Somebody who is named; 0 is everybody. */
  | { kind: 'name'; id: number; text: string }

export type Align = 'left' | 'right' | 'center' | null

export interface Item {
  /** What stands before it, as it is drawn. */
  mark: string
  children: Block[]
}

export type Block =
  | { kind: 'words'; children: Inline[] }
  | { kind: 'code'; text: string; language: string }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'list'; ordered: boolean; items: Item[] }
  | { kind: 'table'; align: Align[]; head: Inline[][]; rows: Inline[][][] }

/** A longer text is shown as it was typed. */
export const longest = 20_000

const SIGN = /[*_`[]|~~|\|[ \t:]*-|-[ \t:]*\||^[ \t]*(?:>|#{2}|[-+]|\d{1,9}[.)])[ \t]/m

/** It may have marks in it: worth reading. */
export function mayHaveMarks(text: string): boolean {
  return text.length <= longest && SIGN.test(text)
}

/** The words of a text without its marks, a line for each of its lines. */
export function wordsOf(blocks: readonly Block[]): string {
  return blocks.map(blockWords).join('\n')
}

function blockWords(block: Block): string {
  if (block.kind === 'words') return inlineWords(block.children)
  if (block.kind === 'code') return block.text
  if (block.kind === 'quote') return wordsOf(block.children)
  if (block.kind === 'list') return block.items.map(({ mark, children }) => `${mark} ${wordsOf(children)}`).join('\n')
  return [block.head, ...block.rows].map((row) => row.map(inlineWords).join(' ')).join('\n')
}

export function inlineWords(parts: readonly Inline[]): string {
  return parts.map((part) => ('text' in part ? part.text : inlineWords(part.children))).join('')
}
