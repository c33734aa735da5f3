/**
 * Texts that strangers wrote, by the characters that a reader sees: an emoji of several people, a
 * letter with its accent, a flag are one. Nothing that is shown is cut within one.
 */

const one = '\\p{Regional_Indicator}\\p{Regional_Indicator}|\\r\\n|.'
const follows = '\\u200D\\p{Extended_Pictographic}|[\\p{M}\\p{Emoji_Modifier}\\u200C\\u200D\\u{E0020}-\\u{E007F}]'
/** For browsers without `Intl.Segmenter` (Firefox before 125). Close to it, but for some Indic and Korean letters. */
const CHARACTER = new RegExp(`(?:${one})(?:${follows})*`, 'gsu')

/** Making one takes as long as drawing a message, so it is made once, and only for a text that is cut. */
let segmenter: Intl.Segmenter | null | undefined

/** A text, character by character. */
export function* characters(text: string): Generator<string> {
  segmenter ??= 'Segmenter' in Intl ? new Intl.Segmenter() : null
  if (segmenter) for (const { segment } of segmenter.segment(text)) yield segment
  else for (const [segment] of text.matchAll(CHARACTER)) yield segment
}

/** The beginning of a text, at most `most` UTF-16 units of it, in whole characters. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  let kept = ''
  // A character may be longer than what is looked at, but not one that a reader could tell.
  for (const character of characters(text.slice(0, most + 100))) {
    if (kept.length + character.length > most) break
    kept += character
  }
  return kept
}

/** The first visible character of a name, in upper case; '?' when there is none. */
export function initial(name: string): string {
  const visible = name.replace(/^[\p{C}\p{Z}\u115F\u1160\u3164\uFFA0\u2800\uFE00-\uFE0F]+/u, '')
  const [first] = characters(visible.slice(0, 100))
  if (!first) return '?'
  const upper = first.toUpperCase()
  // "ß" would become two letters.
  return [...upper].length === [...first].length ? upper : first
}

/** Signs that change the direction of what stands after them, and others that nobody sees but the computer. */
const TURNS = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu

/** A name of one line without what turns the letters around it: `发票[RLO]fdp.exe` is drawn as its bytes say. */
export function plainName(name: string): string {
  return name.replace(TURNS, '')
}

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}\u202A-\u202E]/u

/** A text that stands within another, and keeps its own direction of writing from that. */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text
}

const emoji = '\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?'
const sequence = `\\p{Regional_Indicator}{2}|[0-9#*]\\uFE0F?\\u20E3|${emoji}(?:[\\u{E0020}-\\u{E007F}]+|(?:\\u200D${emoji})*)`
const FEW_EMOJI = new RegExp(`^\\s*(?:(?:${sequence})\\s*){1,3}$`, 'u')

/** One to three emoji and nothing else. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 120 && FEW_EMOJI.test(text)
}
