/**
 * People named in a text. `at` of a message has their ids; in the text stands "@" and the name that each had when it
 * was written, and behind it a space of its own kind, which tells where a name with spaces ends.
 */

/** Stands behind a name that was chosen; a little narrower than a space. */
export const nameEnd = '\u2005'

/** How the pages of all languages call everybody (id 0). */
export const everybody = ['所有人', 'everyone'] as const

/** A part of a text that names somebody: from its "@" up to, not with, what ends the name. */
export interface Mention {
  start: number
  end: number
  id: number
}

const TOKEN = /[@＠](?:[^\u2005\n@＠]{1,60}(?=\u2005)|[^\s@＠]{1,40})/gu

/**
 * Where a text names those of `at`, in the order of the text, by any of the names that each has. Who has another name
 * now than then is taken to be the next name that is nobody else's.
 */
export function findMentions(
  text: string,
  at: readonly number[],
  nameOf: (id: number) => string | readonly string[],
): Mention[] {
  if (at.length === 0 || !/[@＠]/.test(text)) return []
  const found: Mention[] = []
  const free = (start: number, end: number) => found.every((one) => end <= one.start || start >= one.end)
  const names = at
    .flatMap((id) => (id === 0 ? everybody : [nameOf(id)].flat()).map((name) => ({ id, name })))
    .filter(({ name }) => name !== '')
    // 安然 before 安.
    .sort((a, b) => b.name.length - a.name.length)
  for (const { id, name } of names)
    for (const start of placesOf(text, name)) {
      const end = start + 1 + name.length
      if (free(start, end)) found.push({ start, end, id })
    }
  const missing = at.filter((id) => !found.some((one) => one.id === id))
  for (const { 0: token, index: start } of missing.length > 0 ? text.matchAll(TOKEN) : []) {
    const end = start + token.length
    // An address of mail, or of the web, names nobody. (Safari before 16.4 knows no look-behind.)
    const alone = !/[\w/]/.test(text[start - 1] ?? '')
    const id = alone && free(start, end) ? missing.shift() : undefined
    if (id !== undefined) found.push({ start, end, id })
  }
  return found.sort((a, b) => a.start - b.start)
}

/** Where "@name" begins. */
function placesOf(text: string, name: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(name, 1); at > 0; at = text.indexOf(name, at + 1))
    if ('@＠'.includes(text[at - 1])) places.push(at - 1)
  return places
}
