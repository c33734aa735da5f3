/**
 * Lines as a chat means them, before they are read as Markdown: a quote and a list end with their last line, not with
 * the next empty one, and a block of code may end behind its last word.
 */

const FENCE = /^[ \t]*`{3,}[^`]*$/
const END = /^[ \t]*`{3,}[ \t]*$/
const QUOTE = /^[ \t]*>/
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/
/** So deep in quotes and lists, nobody meant it. */
const DEEP = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){9}|^[ \t]{40,}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])/

/** The text with an empty line where a block ends; null when it is too deep. */
export function endBlocks(text: string): string | null {
  const done: string[] = []
  let fenced = false
  let inside: Kind = ''
  for (const line of text.split('\n')) {
    if (fenced) {
      fenced = !END.test(line)
      const last = fenced && /^(.*[^`])```[ \t]*$/.exec(line)
      if (last) {
        done.push(last[1], '```')
        fenced = false
      } else done.push(line)
      continue
    }
    if (DEEP.test(line)) return null
    const kind = kindOf(line, inside)
    if (inside !== '' && kind !== inside && line.trim() !== '') done.push('')
    if (line.trim() !== '') inside = kind
    fenced = FENCE.test(line)
    done.push(line)
  }
  return done.join('\n')
}

type Kind = 'quote' | 'list' | ''

/** `inside`: what the line before belongs to; a line that is moved in goes on with its list. */
function kindOf(line: string, inside: Kind): Kind {
  if (QUOTE.test(line)) return 'quote'
  return ITEM.test(line) || (inside === 'list' && /^[ \t]/.test(line)) ? 'list' : ''
}
