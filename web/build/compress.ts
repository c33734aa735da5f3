/**
 * Vite plugin: beside each built file that gains by it lie `.br` and `.gz`, which the server hands to browsers
 * that take them. Made here, once and as small as can be, so that serving costs no time.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const TEXTS = /\.(js|css|svg|json|html|txt|wasm)$/
/** Bytes below which a file fits into a packet or two as it is. */
const WORTH_IT = 1024
/** How much of a file has to go for the browser's work to pay. */
const GAIN = 0.95

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export function compress(): Plugin {
  return {
    name: 'magpie-compress',
    apply: 'build',
    writeBundle: ({ dir }) => compressFolder(join(dir ?? '', 'assets')),
  }
}

export async function compressFolder(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => TEXTS.test(name))
  await Promise.all(names.map((name) => compressFile(join(folder, name))))
}

async function compressFile(path: string): Promise<void> {
  const whole = await readFile(path)
  if (whole.length < WORTH_IT) return
  const made = {
    br: await brotli(whole, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: whole.length,
      },
    }),
    gz: await zip(whole, { level: constants.Z_BEST_COMPRESSION }),
  }
  for (const [ending, small] of Object.entries(made)) {
    if (small.length < whole.length * GAIN) await writeFile(`${path}.${ending}`, small)
  }
}
