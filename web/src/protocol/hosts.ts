/**
 * The host of an address, as a reader can trust it. Browsers spell one with other letters than a-z in punycode; names
 * that are all Chinese or Korean are shown as such, since nothing in them looks like a letter of another script.
 * All others stay as they are: "аррӏе" looks like what it is not.
 */
const PLAIN = /^[\p{Script=Han}\p{Script=Hangul}0-9-]+$/u

/** The host of an http(s) address, without "www."; '' for any other. */
export function shownHost(url: string): string {
  try {
    const { protocol, host } = new URL(url)
    if (protocol !== 'http:' && protocol !== 'https:') return ''
    return host
      .replace(/^www\./, '')
      .split('.')
      .map(readable)
      .join('.')
  } catch {
    return ''
  }
}

function readable(label: string): string {
  const [, coded, port = ''] = /^xn--([a-z0-9-]+)(:\d+)?$/.exec(label) ?? []
  const read = coded ? decoded(coded) : ''
  return PLAIN.test(read) ? read + port : label
}

/** RFC 3492, section 6.2; '' for what is none. */
function decoded(coded: string): string {
  const cut = coded.lastIndexOf('-')
  const letters = [...(cut > 0 ? coded.slice(0, cut) : '')]
  let [code, bias, place] = [128, 72, 0]
  for (let at = cut + 1; at < coded.length;) {
    const before = place
    for (let weight = 1, base = 36; ; base += 36) {
      const digit = parseInt(coded[at++] ?? '', 36)
      if (Number.isNaN(digit)) return ''
      // Letters count from 0 on, digits from 26.
      const value = digit < 10 ? digit + 26 : digit - 10
      const least = Math.min(26, Math.max(1, base - bias))
      place += value * weight
      if (value < least) break
      weight *= 36 - least
    }
    const count = letters.length + 1
    bias = adapted(place - before, count, before === 0)
    code += Math.floor(place / count)
    place %= count
    if (code > 0x10ffff) return ''
    letters.splice(place++, 0, String.fromCodePoint(code))
  }
  return letters.join('')
}

function adapted(delta: number, count: number, first: boolean): number {
  let left = Math.floor(delta / (first ? 700 : 2))
  left += Math.floor(left / count)
  let base = 0
  for (; left > 455; base += 36) left = Math.floor(left / 35)
  return base + Math.floor((36 * left) / (left + 38))
}
