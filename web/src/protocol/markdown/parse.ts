/**
 * Reads the marks of a text: the part of Markdown that people type in a chat. A chunk of its own, for it brings the
 * parser along; it is loaded when the first text with a sign of a mark is drawn (`i18n/markdown.ts`).
 *
 * Links, names, and what is no mark in a chat are hidden from the parser: each stands for it as one letter.
 */
import type { Paragraph, PhrasingContent, RootContent, Table } from 'mdast'
import { fromMarkdown, type CompileContext, type Extension, type Token } from 'mdast-util-from-markdown'
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough'
import { gfmTable } from 'micromark-extension-gfm-table'
import { hostOf, splitLinks } from '../links'
import type { Part } from '../parts'
import { nameEnd } from '../mentions'
import { linkUrl } from '../url'
import { around, isSaid, joined, plainly } from './inlines'
import { endBlocks } from './lines'
import { plainSpans, type Span } from './plain'
import { inlineWords, longest, wordsOf, type Block, type Inline, type Item } from './tree'

/** Cuts a text into words, links and names. */
export type Split = (text: string) => readonly Part[]

type Hidden = Part & { end?: string }

/** Of a private plane, one for each part that is hidden. */
const FIRST = 0xf0000
const LAST = 0xffffd
const HIDDEN = /([\u{F0000}-\u{FFFFD}])/u
/** More than anybody sets in one text: to pair them takes time that grows with the square of their number. */
const MOST_PAIRS = 600
const MOST_SIGNS = 1000
const MOST_LINES = 2000
const DEEPEST = 12

const options = {
  extensions: [
    gfmTable(),
    cjkFriendlyExtension(),
    gfmStrikethroughCjkFriendly({ singleTilde: false }),
    {
      disable: {
        null: [
          ...['autolink', 'htmlFlow', 'htmlText', 'definition', 'characterReference'],
          ...['codeIndented', 'setextUnderline', 'thematicBreak', 'hardBreakEscape'],
        ],
      },
    },
  ],
  mdastExtensions: [gfmTableFromMarkdown(), gfmStrikethroughFromMarkdown(), { exit: { linePrefix } } as Extension],
}

const PHRASES = ['paragraph', 'heading', 'emphasis', 'strong', 'delete']

/** The room before a further line of a paragraph: Markdown leaves it out, a chat shows it. */
function linePrefix(this: CompileContext, token: Token): void {
  const parent = this.stack.at(-1)
  if (!parent || !PHRASES.includes(parent.type) || this.stack.some(({ type }) => type === 'listItem')) return
  const last = 'children' in parent ? parent.children.at(-1) : undefined
  if (last?.type === 'text') last.value += this.sliceSerialize(token)
}

class TooMuch extends Error {}

/** The text as it is drawn; null when there is no mark in it, or too much of them: then it stands as it was typed. */
export function parse(text: string, split: Split = splitLinks): Block[] | null {
  if (text.length > longest || HIDDEN.test(text)) return null
  const whole = endBlocks(text)
  if (whole === null) return null
  const hidden: Hidden[] = []
  const source = hide(whole, split(whole), hidden)
  if (source === null || isTooMuch(source)) return null
  try {
    const blocks = new Reader(source, hidden).blocks(fromMarkdown(source, options).children, 0)
    return blocks.some(isMarked) || wordsOf(blocks) !== text ? blocks : null
  } catch (error) {
    if (error instanceof TooMuch) return null
    throw error
  }
}

function isTooMuch(source: string): boolean {
  const count = (sign: RegExp) => source.match(sign)?.length ?? 0
  return count(/\*+|_+/g) > MOST_PAIRS || count(/[~`[]/g) > MOST_SIGNS || count(/\n/g) > MOST_LINES
}

function isMarked(block: Block): boolean {
  if (block.kind !== 'words') return true
  const drawn = (part: Inline) =>
    part.kind !== 'text' && part.kind !== 'name' && !(part.kind === 'link' && isAsTyped(part))
  return block.children.some(drawn)
}

/** A link that stands in the text itself. */
function isAsTyped({ host, children: [only] }: Inline & { kind: 'link' }): boolean {
  return host === '' && only?.kind === 'text' && /^(?:https?:|www\.)/i.test(only.text)
}

/** The text with one letter in place of each part that the parser must not see. */
function hide(text: string, parts: readonly Part[], hidden: Hidden[]): string | null {
  const found: { span: Span; part: Hidden }[] = []
  let at = 0
  for (const part of parts) {
    const end = at + part.text.length
    // What ends a name is taken for a space, before which nothing ends.
    if (part.id !== undefined && text[end] === nameEnd)
      found.push({ span: [at, end + 1], part: { ...part, end: nameEnd } })
    else if (part.href || part.id !== undefined) found.push({ span: [at, end], part })
    at = end
  }
  for (const span of plainSpans(text)) found.push({ span, part: { text: text.slice(...span), href: '' } })
  found.sort((one, other) => one.span[0] - other.span[0])
  if (found.length > LAST - FIRST) return null
  let source = ''
  let done = 0
  for (const { span, part } of found) {
    if (span[0] < done) continue
    source += text.slice(done, span[0]) + String.fromCodePoint(FIRST + hidden.length)
    hidden.push(part)
    done = span[1]
  }
  return source + text.slice(done)
}

class Reader {
  constructor(
    private readonly source: string,
    private readonly hidden: readonly Hidden[],
  ) {}

  blocks(nodes: readonly RootContent[], depth: number): Block[] {
    if (depth > DEEPEST) throw new TooMuch()
    const blocks: Block[] = []
    let before: RootContent | undefined
    for (const node of nodes) {
      const block = this.block(node, depth)
      const last = blocks.at(-1)
      if (before?.type === 'paragraph' && node.type === 'paragraph' && last?.kind === 'words') {
        // The empty lines between two are those that were typed.
        const lines = (node.position?.start.line ?? 0) - (before.position?.end.line ?? 0)
        last.children = joined([
          ...last.children,
          { kind: 'text', text: '\n'.repeat(lines) },
          ...this.words(node, depth),
        ])
      } else blocks.push(block)
      before = node
    }
    return blocks
  }

  private block(node: RootContent, depth: number): Block {
    switch (node.type) {
      case 'paragraph':
        return { kind: 'words', children: this.words(node, depth) }
      case 'heading':
        return { kind: 'words', children: [{ kind: 'strong', children: this.inlines(node.children, depth + 1) }] }
      case 'code':
        return { kind: 'code', text: this.shown(node.value), language: this.shown(node.lang ?? '') }
      case 'blockquote':
        return this.orAsTyped(node, { kind: 'quote', children: this.blocks(node.children, depth + 1) })
      case 'list': {
        const items = node.children.map((item): Item => {
          const children = this.blocks(item.children, depth + 1)
          const alone = depth === 0 && node.children.length === 1
          return { mark: this.markOf(item.position?.start.offset ?? 0, alone), children }
        })
        return this.orAsTyped(node, { kind: 'list', ordered: node.ordered === true, items })
      }
      case 'table':
        return this.table(node, depth)
      default:
        return { kind: 'words', children: [{ kind: 'text', text: this.typed(node) }] }
    }
  }

  /** A sign with nothing behind it is no quote and no list. */
  private orAsTyped(node: RootContent, block: Block & { kind: 'quote' | 'list' }): Block {
    const parts = block.kind === 'quote' ? [block.children] : block.items.map(({ children }) => children)
    const empty = (blocks: Block[]) => blocks.every((one) => one.kind === 'words' && inlineWords(one.children) === '')
    return parts.every(empty) ? { kind: 'words', children: [{ kind: 'text', text: this.typed(node) }] } : block
  }

  /** The sign of an item as it was typed; of several that are not numbered, a point. */
  private markOf(offset: number, alone: boolean): string {
    const [mark] = /^\s*(?:[-*+]|\d+[.)])/.exec(this.source.slice(offset, offset + 40)) ?? ['']
    return !alone && /[-*]/.test(mark) ? '•' : mark.trim()
  }

  private table({ align, children }: Table, depth: number): Block {
    const [head = [], ...rows] = children.map((row) =>
      row.children.map((cell) => this.inlines(cell.children, depth + 1)),
    )
    return { kind: 'table', align: align ?? [], head, rows }
  }

  private words(node: Paragraph, depth: number): Inline[] {
    const start = node.position?.start.offset ?? 0
    const [room] =
      depth === 0 ? (/(?:^|\n)([ \t]+)$/.exec(this.source.slice(Math.max(0, start - 200), start)) ?? []).slice(1) : []
    const children = this.inlines(node.children, depth + 1)
    return room ? joined([{ kind: 'text', text: room }, ...children]) : children
  }

  private inlines(nodes: readonly PhrasingContent[], depth: number): Inline[] {
    if (depth > DEEPEST) throw new TooMuch()
    return joined(nodes.flatMap((node) => this.inline(node, depth)))
  }

  private inline(node: PhrasingContent, depth: number): Inline[] {
    switch (node.type) {
      case 'text':
        return this.parts(node.value)
      case 'inlineCode':
        return [
          node.value.trim() ? { kind: 'code', text: this.shown(node.value) } : { kind: 'text', text: this.typed(node) },
        ]
      case 'break':
        return [{ kind: 'text', text: '\n' }]
      case 'strong':
      case 'emphasis':
      case 'delete': {
        const children = this.inlines(node.children, depth + 1)
        if (isSaid(children)) return [{ kind: node.type === 'delete' ? 'deleted' : node.type, children }]
        // A face: *^_^*
        const { start, end } = around(node, this.source)
        return [{ kind: 'text', text: start }, ...children, { kind: 'text', text: end }]
      }
      case 'link':
      case 'image': {
        const words = node.type === 'link' ? this.inlines(node.children, depth + 1) : this.parts(node.alt ?? '')
        return this.link(node, plainly(words))
      }
      default:
        return [{ kind: 'text', text: this.typed(node) }]
    }
  }

  /** A link with words of its own; as it was typed when it leads nowhere. */
  private link(node: PhrasingContent & { url: string }, words: Inline[]): Inline[] {
    const [only] = this.parts(node.url)
    const href = only?.kind === 'link' ? only.href : linkUrl(this.shown(node.url))
    if (!/^https?:/.test(href)) return this.parts(this.typed(node), false)
    const said = inlineWords(words).trim()
    const host = hostOf(href)
    const honest = hostOf(splitLinks(said)[0]?.href ?? '') === host || said.toLowerCase() === host
    if (said === '') return [{ kind: 'link', href, host: '', children: [{ kind: 'text', text: href }] }]
    return [{ kind: 'link', href, host: honest ? '' : host, children: words }]
  }

  /** Words with what was hidden in them. */
  private parts(text: string, drawn = true): Inline[] {
    const inlines = text.split(HIDDEN).flatMap((piece): Inline[] => {
      const part = HIDDEN.test(piece) ? this.partOf(piece) : undefined
      if (part?.href)
        return [{ kind: 'link', href: part.href, host: '', children: [{ kind: 'text', text: part.text }] }]
      if (part?.id === undefined || !drawn) return [{ kind: 'text', text: this.shown(piece) }]
      return [
        { kind: 'name', id: part.id, text: part.text },
        { kind: 'text', text: part.end ?? '' },
      ]
    })
    return joined(inlines)
  }

  private partOf(letter: string): Hidden | undefined {
    return this.hidden[(letter.codePointAt(0) ?? 0) - FIRST]
  }

  /** As a reader typed it. */
  private shown(text: string): string {
    return text
      .split(HIDDEN)
      .map((piece) => {
        const part = HIDDEN.test(piece) ? this.partOf(piece) : undefined
        return part ? part.text + (part.end ?? '') : piece
      })
      .join('')
  }

  private typed({ position }: RootContent): string {
    return this.shown(this.source.slice(position?.start.offset, position?.end.offset))
  }
}
