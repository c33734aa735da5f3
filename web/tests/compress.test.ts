/** What the build lays beside its files for browsers that take it compressed. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compressFolder } from '../build/compress'

let folder = ''

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'magpie-')), 'assets')
  await mkdir(folder)
})

afterEach(() => rm(folder, { recursive: true }))

test('a script is there three times, and each unpacks to the same', async () => {
  const script = 'export const 鹊桥 = "magpie";\n'.repeat(500)
  await writeFile(join(folder, 'main-12345678.js'), script)
  await compressFolder(folder)
  const [br, gz] = await Promise.all(['br', 'gz'].map((ending) => readFile(join(folder, `main-12345678.js.${ending}`))))
  expect(brotliDecompressSync(br).toString()).toBe(script)
  expect(gunzipSync(gz).toString()).toBe(script)
  expect(br.length).toBeLessThan(script.length / 10)
})

test('what is small, or smaller as it is, stays alone', async () => {
  const noise = Buffer.from(Array.from({ length: 4096 }, () => Math.floor(Math.random() * 256)))
  await writeFile(join(folder, 'small-12345678.css'), 'a{}')
  await writeFile(join(folder, 'noise-12345678.wasm'), noise)
  await writeFile(join(folder, 'picture-12345678.png'), Buffer.alloc(9999))
  await compressFolder(folder)
  expect((await readdir(folder)).filter((name) => /\.(br|gz)$/.test(name))).toEqual([])
})
