/** Marks of Markdown by keys: around the words that are selected in the field. */

/** By the letter on the key; `S` is with Shift. */
const marks: Readonly<Record<string, string>> = { b: '**', i: '*', e: '`', 'S+x': '~~' }

/** The mark that a key asks for: Ctrl+B, I, E and Ctrl+Shift+X, with Cmd on a Mac; '' for none. */
export function markOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  if (event.ctrlKey === event.metaKey || event.altKey) return ''
  const key = `${event.shiftKey ? 'S+' : ''}${event.key.toLowerCase()}`
  return Object.hasOwn(marks, key) ? marks[key] : ''
}

export interface Styled {
  /** What is taken out, and what comes into its place. */
  from: number
  to: number
  piece: string
  /** What is selected then. */
  start: number
  end: number
}

/** Marks around the words from `from` to `to`, or those words without the marks that they have. */
export function withMarks(text: string, from: number, to: number, mark: string): Styled {
  const chosen = text.slice(from, to)
  // A mark beside a space is none.
  const [, room, words, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(chosen) ?? ['', '', chosen, '']
  const start = from + room.length
  const end = to - after.length
  const { length } = mark
  if (words === '') return { from, to, piece: mark + chosen + mark, start: from + length, end: to + length }
  if (isEnd(text, start, -1, mark) && isEnd(text, end, 1, mark)) {
    const begin = start - length
    return { from: begin, to: end + length, piece: words, start: begin, end: begin + words.length }
  }
  if (words.length > 2 * length && isEnd(text, start + length, -1, mark) && isEnd(text, end - length, 1, mark)) {
    const inner = words.slice(length, -length)
    return { from: start, to: end, piece: inner, start, end: start + inner.length }
  }
  // Code of several lines is a block.
  if (mark === '`' && words.includes('\n')) {
    const piece = `${start > 0 && text[start - 1] !== '\n' ? '\n' : ''}\`\`\`\n${words}\n\`\`\``
    const begin = start + piece.indexOf(words)
    return { from: start, to: end, piece, start: begin, end: begin + words.length }
  }
  return { from: start, to: end, piece: mark + words + mark, start: start + length, end: end + length }
}

/** The mark stands there, before (-1) or behind (1) a place, and is not a part of another: `*` of `**`. */
function isEnd(text: string, at: number, way: 1 | -1, mark: string): boolean {
  const from = way < 0 ? at - mark.length : at
  if (from < 0 || text.slice(from, from + mark.length) !== mark) return false
  let run = mark.length
  for (let next = way < 0 ? from - 1 : from + run; text[next] === mark[0]; next += way) run++
  return run === mark.length || run === 3
}
