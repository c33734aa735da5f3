/** Words in a row, put together. */
import type { PhrasingContent } from 'mdast'
import type { Inline } from './tree'

/** There is something to read in it. */
export function isSaid(parts: readonly Inline[]): boolean {
  return parts.some((part) =>
    'children' in part
      ? isSaid(part.children)
      : part.kind !== 'text' || /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(part.text),
  )
}

/** The marks around what stands between them, as they were typed. */
export function around(node: PhrasingContent, source: string): { start: string; end: string } {
  const children = 'children' in node ? node.children : []
  const { start: from, end: to } = node.position ?? {}
  return {
    start: source.slice(from?.offset, children[0]?.position?.start.offset),
    end: source.slice(children.at(-1)?.position?.end.offset, to?.offset),
  }
}

/** Words of a link lead nowhere else. */
export function plainly(parts: readonly Inline[]): Inline[] {
  return joined(
    parts.flatMap((part): Inline[] => {
      if (part.kind === 'link') return plainly(part.children)
      if (part.kind === 'name') return [{ kind: 'text', text: part.text }]
      return 'children' in part ? [{ ...part, children: plainly(part.children) }] : [part]
    }),
  )
}

/** Words that stand side by side are one part. */
export function joined(parts: readonly Inline[]): Inline[] {
  const done: Inline[] = []
  for (const part of parts) {
    const last = done.at(-1)
    if (part.kind === 'text' && last?.kind === 'text')
      done[done.length - 1] = { kind: 'text', text: last.text + part.text }
    else if (part.kind !== 'text' || part.text !== '') done.push(part)
  }
  return done
}
