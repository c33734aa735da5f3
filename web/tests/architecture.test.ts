import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(__dirname, '../src')

/** Which rooms each room may import from, besides itself. What is not named here may import all. */
const mayImport: Record<string, string[]> = {
  protocol: [],
  transport: ['protocol'],
  sync: ['protocol'],
  i18n: ['protocol'],
  icons: [],
}

/** Rooms that would run without a page. */
const withoutVue = ['protocol', 'transport', 'sync']

interface Import {
  file: string
  room: string
  target: string
  /** The room and file that a relative or `@/` import leads to, '' for a package. */
  place: string
}

function imports(): Import[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|vue)$/.test(file))
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const found = [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, target]) => target)
    return found.map((target) => ({ file, room: file.split('/')[0], target, place: placeOf(file, target) }))
  })
}

function placeOf(file: string, target: string): string {
  if (target.startsWith('@/')) return target.slice(2)
  return target.startsWith('.') ? relative(root, resolve(root, file, '..', target)) : ''
}

it('each room imports only what it may', () => {
  const wrong = imports().filter(({ room, place }) => {
    const allowed = mayImport[room]
    if (!allowed || !place || place.startsWith(`${room}/`)) return false
    return !allowed.some((name) => place === name || place.startsWith(`${name}/`) || place.startsWith(`${name}.`))
  })
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

it('the wire, the transport and the sync know no Vue', () => {
  const wrong = imports().filter(({ room, target }) => withoutVue.includes(room) && /^(vue|pinia)/.test(target))
  expect(wrong.map(({ file }) => file)).toEqual([])
})
