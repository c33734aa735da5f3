/** What is meant by something pasted or dropped: its words, or its files. */

/** The part of a `DataTransfer` that is read. */
export type Given = Pick<DataTransfer, 'files' | 'getData'>

/**
 * The files to send; none when the words are meant. Cells, and anything copied from a word processor,
 * come with a picture of themselves beside the text; a file copied in a file manager comes with its
 * name, and a picture copied in a browser with its tag.
 */
export function filesIn(given: Given): File[] {
  const files = [...given.files]
  const words = given.getData('text/plain').trim()
  return files.length > 0 && (words === '' || namesThem(words, files) || isTag(given.getData('text/html'))) ? files : []
}

/** Every line is the name of one of the files, or a path or address that ends with it. */
function namesThem(words: string, files: readonly File[]): boolean {
  return words.split(/\s*[\r\n]+\s*/).every((line) => {
    const last = line.split(/[/\\]/).at(-1) ?? ''
    return files.some(({ name }) => name !== '' && (last === name || decoded(last) === name))
  })
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** One picture and no words. */
function isTag(html: string): boolean {
  if (!/<img\b/i.test(html)) return false
  const body = html.replace(/<!--[\s\S]*?-->/g, '').replace(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, '')
  return body.replace(/<[^>]*>/g, '').trim() === ''
}

/** A folder was dropped among the files: a browser gives it as a file that nobody can read. */
export function hasFolder(given: Pick<DataTransfer, 'items'>): boolean {
  return [...given.items].some((item) => item.kind === 'file' && item.webkitGetAsEntry()?.isDirectory === true)
}
