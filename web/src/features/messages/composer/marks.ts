/** The names in a text that is being written: which parts of it they are, and what becomes of them as it changes. */
import { nameEnd, type Mention } from '@/protocol/mentions'

export interface Edited {
  marks: Mention[]
  /** What is left of a name of which a part was taken out: it goes, too. */
  rest: { start: number; end: number } | null
}

/** A name with the space behind it: taking that out is taking out the name. */
export function withEnd(text: string, mark: Mention): Mention {
  return text[mark.end] === nameEnd ? { ...mark, end: mark.end + 1 } : mark
}

/** The names after an edit that left the cursor at `caret`: those before it stay, those behind it move. */
export function afterEdit(marks: readonly Mention[], before: string, after: string, caret: number): Edited {
  const most = Math.min(before.length, after.length)
  let same = 0
  while (same < Math.min(most, after.length - caret) && before.at(-1 - same) === after.at(-1 - same)) same++
  let from = 0
  while (from < most - same && before[from] === after[from]) from++
  const to = before.length - same
  const inserted = after.length - same - from
  const edited: Edited = { marks: [], rest: null }
  for (const mark of marks) {
    const { start, end } = mark
    if (end <= from) edited.marks.push(mark)
    else if (start >= to) {
      const by = after.length - before.length
      edited.marks.push({ ...mark, start: start + by, end: end + by })
    } else if (inserted === 0) {
      const rest = { start: Math.min(start, from), end: from + Math.max(0, end - to) }
      if (rest.end > rest.start) edited.rest = rest
    }
  }
  return edited
}

/** What is typed behind an "@" before the cursor, the beginning of a name; null when there is none. */
export function askedName(text: string, caret: number): { start: number; name: string } | null {
  // An address of mail is none: a letter before the sign.
  const found = /(?:^|[^\w.@＠])[@＠]([^\s@＠]{0,20})$/u.exec(text.slice(Math.max(0, caret - 40), caret))
  return found && { start: caret - found[1].length - 1, name: found[1] }
}
