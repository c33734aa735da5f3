/**
 * Words: where those of a query stand in a text, by the rules of the server's search (`models/words.py`), for what is
 * looked for on this device alone.
 *
 * A word is a run of letters and digits; where the script changes a new one begins, and an emoji is one. Case and width do
 * not matter. Chinese, Japanese and Korean are written without spaces: of their runs any part is a word.
 */
import type { Range } from './search'

interface Word {
  /** Folded. */
  text: string
  start: number
  end: number
  /** Written without spaces. */
  dense: boolean
}

type Kind = 'apart' | 'letter' | 'dense' | 'emoji' | 'mark' | 'joiner'

interface Looked {
  kind: Kind
  folded: string
  /** Digits have none. */
  script: string
}

/** Places that are told of one text. */
const mostPlaces = 100
/** Characters whose look is remembered. */
const mostLooked = 20_000

const denseLetter =
  /^[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/u
const halfMark = /[\uff9e\uff9f]/
const belongs = /^[\p{M}\u1160-\u11ff\uff9e\uff9f]/u
const flagHalf = /^[\u{1f1e6}-\u{1f1ff}]$/u
const scripts = [
  ...[
    'Latin',
    'Greek',
    'Cyrillic',
    'Arabic',
    'Hebrew',
    'Thai',
    'Devanagari',
    'Armenian',
    'Georgian',
    'Bengali',
    'Tamil',
  ],
  ...['Telugu', 'Khmer', 'Lao', 'Myanmar', 'Tibetan', 'Mongolian', 'Ethiopic', 'Sinhala', 'Bopomofo'],
].map((name) => [name, new RegExp(`^\\p{Script=${name}}`, 'u')] as const)

const looked = new Map<string, Looked>()

/** Without regard to case and width. */
export function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}

/** Where the words of a query stand, in order, none within another; null when one of them does not occur. */
export function finder(query: string): { words: readonly string[]; places: (text: string) => Range[] | null } {
  const all = wordsIn(query)
  const runs = new Set(all.filter(({ dense }) => dense).map(({ text }) => text))
  const begins = new Set(all.filter(({ dense }) => !dense).map(({ text }) => text))
  const places = (text: string): Range[] | null => {
    const met = new Set<string>()
    const found: [number, number][] = []
    for (const word of wordsIn(text)) {
      if (word.dense) {
        for (const run of runs)
          for (const place of within(word, run)) {
            met.add(run)
            found.push(place)
          }
      } else
        for (const begin of begins)
          if (word.text.startsWith(begin)) {
            met.add(begin)
            found.push([word.start, word.end])
          }
    }
    return met.size === runs.size + begins.size ? merged(found).slice(0, mostPlaces) : null
  }
  return { words: [...runs, ...begins], places }
}

/** In order. */
export function wordsIn(text: string): Word[] {
  const words: Word[] = []
  let word: Word | null = null
  let kind: Kind = 'apart'
  let script = ''
  let joined = false
  for (const [char, place, after] of charactersOf(text)) {
    const now = look(char)
    let goesOn: boolean
    if (now.kind !== kind) goesOn = (now.kind === 'mark' || now.kind === 'joiner') && kind !== 'apart'
    else if (kind === 'letter') goesOn = !now.script || !script || script === now.script
    else if (kind === 'emoji') goesOn = joined || (flagHalf.test(char) && flagHalf.test(word?.text ?? ''))
    else goesOn = kind === 'dense'
    if (!goesOn) {
      script = ''
      kind = now.kind === 'letter' || now.kind === 'dense' || now.kind === 'emoji' ? now.kind : 'apart'
      word = kind === 'apart' ? null : { text: '', start: place, end: place, dense: kind === 'dense' }
      if (word) words.push(word)
    }
    joined = now.kind === 'joiner'
    script = now.script || script
    if (!word) continue
    if (now.kind !== 'mark' || kind === 'letter') word.text += now.folded
    word.end = after
  }
  return words
}

/** Each with its place. A letter and its accent that are written as two are one; so are signs of half width with theirs. */
function* charactersOf(text: string): Generator<[char: string, start: number, end: number]> {
  const plain = text.normalize('NFC') === text && !halfMark.test(text)
  const chars = [...text]
  let place = 0
  for (let index = 0; index < chars.length;) {
    let part = chars[index++]
    while (!plain && index < chars.length && belongs.test(chars[index])) part += chars[index++]
    const composed =
      part.length === chars[index - 1].length ? part : part.normalize(halfMark.test(part) ? 'NFKC' : 'NFC')
    for (const char of composed) yield [char, place, place + part.length]
    place += part.length
  }
}

function look(char: string): Looked {
  const known = looked.get(char)
  if (known) return known
  if (looked.size >= mostLooked) looked.clear()
  const made = lookAt(char)
  looked.set(char, made)
  return made
}

function lookAt(char: string): Looked {
  const folded = fold(char)
  if (char === '\u200d') return { kind: 'joiner', folded: char, script: '' }
  if (denseLetter.test(folded)) return { kind: 'dense', folded, script: '' }
  if (/^[\p{M}\u{1f3fb}-\u{1f3ff}]/u.test(char)) return { kind: 'mark', folded: char, script: '' }
  if (/^[\p{L}\p{N}]+$/u.test(folded)) {
    const script = /^\p{L}/u.test(folded) ? (scripts.find(([, letters]) => letters.test(folded))?.[0] ?? 'other') : ''
    return { kind: 'letter', folded, script }
  }
  if (/^[\p{So}\u{1f000}-\u{1faff}]/u.test(char)) return { kind: 'emoji', folded: char, script: '' }
  return { kind: 'apart', folded: '', script: '' }
}

function* within(word: Word, run: string): Generator<[number, number]> {
  const same = word.text.length === word.end - word.start
  for (let at = word.text.indexOf(run); at >= 0; at = word.text.indexOf(run, at + 1)) {
    // A letter that is folded to several.
    if (!same) return yield [word.start, word.end]
    yield [word.start + at, word.start + at + run.length]
  }
}

/** Those that meet are one. */
function merged(places: [number, number][]): Range[] {
  const found: [number, number][] = []
  for (const [start, end] of places.sort(([one, oneEnd], [other, otherEnd]) => one - other || oneEnd - otherEnd)) {
    const last = found.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else found.push([start, end])
  }
  return found
}
