/** What Markdown would take for a mark and a chat does not: it is kept as it was typed. */

/** [from, to) in a text. */
export type Span = readonly [number, number]

/**
 * A line of nothing but signs, and at the beginning of a line, behind signs of quotes and lists:
 * - a fence of tildes, which say that somebody is at ease
 * - quote signs with no space behind them (`>_<`, `>100`), and three of them, before a line of Python
 * - one `#`: a comment of code, a number, a topic; and signs of a title with nothing behind
 *
 * Anywhere: two underlines and more (`__init__`), and four stars and more, as in a number that is hidden.
 */
const SIGNS =
  /^[ \t]*(?:((?:[-*+][ \t]*){2,})$|(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]+)*(?:(~{3,})|(>{3,}|>+(?=[^\s>]))|(#(?!#)|#+(?=[ \t]*$))))|(__+|\*{4,}|~{3,})/dgm

/** Words between stars, or tildes: the same number on both sides, and no space within. */
const MEANT = /([*~]{1,3})(?![\s*~])[^*~\n]*[^\s*~]\1(?![*~])/y

export function plainSpans(text: string): Span[] {
  const spans: Span[] = []
  for (const { indices } of text.matchAll(SIGNS)) {
    const found = indices?.slice(1).find((span) => span !== undefined)
    if (found) spans.push(found)
  }
  return [...spans, ...pairs(text), ...slashes(text)]
}

/**
 * Stars within a word or a sum (`3*4*5`, `x**2`) begin nothing, and two tildes behind a letter say that somebody is at
 * ease (好呀~~那我来了~~). They end what was begun before.
 */
function pairs(text: string): Span[] {
  const spans: Span[] = []
  let meant = 0
  for (const { index, 0: run } of text.matchAll(/\*+|~~+/g)) {
    const end = index + run.length
    if (index < meant) continue
    const before = text[index - 1] ?? ' '
    if (!(run[0] === '*' ? /[A-Za-z0-9]/ : /[\p{L}\p{N}]/u).test(before)) {
      MEANT.lastIndex = index
      meant = index + (MEANT.exec(text)?.[0].length ?? 0)
    } else if (run[0] === '~' || /[A-Za-z0-9]/.test(text[end] ?? ' ')) spans.push([index, end])
  }
  return spans
}

/**
 * A backslash that frees no mark, or is one of a path: `D:\*.txt`, ¯\_(ツ)_/¯. Behind a letter it frees what ends, when
 * one before it in the line has freed what begins: `\*so\*`.
 */
function slashes(text: string): Span[] {
  const spans: Span[] = []
  let freed = false
  for (const { index, 0: sign } of text.matchAll(/\\|\n/g)) {
    const before = text[index - 1] ?? ' '
    const path = /[:.\\/¯]/.test(before) || (!freed && /[\p{L}\p{N}]/u.test(before))
    if (sign === '\n') freed = false
    else if (!path && /[*_~`[\]#>|\-+]/.test(text[index + 1] ?? '')) freed = true
    else spans.push([index, index + 1])
  }
  return spans
}
