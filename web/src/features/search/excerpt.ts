/** The part of a text that shows where the words stand that one looked for. */
import { characters, cut } from '@/protocol/characters'
import { apart, type Range } from '@/protocol/search'

export interface Piece {
  text: string
  /** It is what was looked for. */
  hit: boolean
}

/** Room before the first hit: of 24 letters, or 12 Chinese characters, which are twice as wide. */
const BEFORE = 24
/** A beginning that is hardly longer than that is shown whole. */
const SPARE = 6
/** UTF-16 units of an excerpt; rows are cut by the layout. */
const LONGEST = 160
const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u
const PICTURE = /\p{Extended_Pictographic}/u

/** A text from a little before its first hit on. `ranges`: in order, none within another. */
export function excerptOf(text: string, ranges: readonly Range[]): Piece[] {
  const from = ranges.length > 0 ? startBefore(text, ranges[0][0]) : 0
  const end = from + cut(text.slice(from), LONGEST).length
  const pieces: Piece[] = []
  let done = from
  for (const [start, stop] of ranges) {
    if (start >= end) break
    pieces.push(
      { text: text.slice(done, start), hit: false },
      { text: text.slice(start, Math.min(stop, end)), hit: true },
    )
    done = Math.min(stop, end)
  }
  pieces.push({ text: text.slice(done, end), hit: false })
  const lines = pieces.map(({ text: part, hit }) => ({ text: part.replace(/\s+/g, ' '), hit }))
  if (from > 0) lines[0].text = `…${lines[0].text.trimStart()}`
  else lines[0].text = lines[0].text.trimStart()
  return lines.filter((piece) => piece.text !== '')
}

/** Where an excerpt begins whose first hit is at `hit`: 0 when all before it has room. */
function startBefore(text: string, hit: number): number {
  const before = [...characters(text.slice(Math.max(0, hit - 200), hit))]
  const whole = before.join('').length === hit
  if (whole && before.reduce((sum, one) => sum + widthOf(one), 0) <= BEFORE + SPARE) return 0
  let room = BEFORE
  let start = hit
  for (const character of before.reverse()) {
    room -= widthOf(character)
    if (room < 0) break
    start -= character.length
  }
  // Not within a word.
  const rest = text.slice(start, hit)
  const gap = WIDE.test(rest.slice(0, 1)) || /\s/.test(text[start - 1] ?? '') ? -1 : rest.search(/\s/)
  return start + gap + 1
}

function widthOf(character: string): number {
  return WIDE.test(character) || PICTURE.test(character) ? 2 : 1
}

/**
 * The same places in the words of the text without its marks; null when one is not found there, as of words with a mark
 * among them.
 */
export function rangesIn(words: string, text: string, ranges: readonly Range[]): Range[] | null {
  const found: Range[] = []
  let at = 0
  for (const [start, end] of ranges) {
    const hit = text.slice(start, end)
    at = words.indexOf(hit, at)
    if (at < 0) return null
    found.push([at, at + hit.length])
    at += hit.length
  }
  return found
}

/** Where the words of a query stand in a text of which the server does not say it, such as the name in a card. */
export function rangesOf(text: string, query: string): Range[] {
  const folded = text.toLowerCase()
  // A letter whose small form is longer would move all that follows.
  if (folded.length !== text.length) return []
  const ranges: Range[] = []
  for (const word of new Set(query.toLowerCase().split(/\s+/u))) {
    for (let at = word ? folded.indexOf(word) : -1; at >= 0; at = folded.indexOf(word, at + word.length))
      ranges.push([at, at + word.length])
  }
  return apart(ranges)
}
