import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(__dirname, '../src')

/** Which folders each folder of `src/` may import from, besides itself. The files beside them may import all. */
const mayImport: Record<string, string[]> = {
  protocol: [],
  transport: ['protocol'],
  /** What is kept on the reader's computer. */
  store: ['protocol'],
  sync: ['store', 'protocol'],
  i18n: ['protocol'],
  icons: [],
  state: ['transport', 'sync', 'store', 'protocol', 'i18n'],
  ui: ['i18n', 'icons', 'protocol'],
  mui: ['ui'],
  features: ['router', 'mui', 'ui', 'state', 'transport', 'sync', 'i18n', 'icons', 'protocol'],
}

/**
 * Which features a feature may import from. There is no way in a circle: each stands on those above
 * it in this list. A new feature gets a line here; one that needs what stands below it is told by an
 * event (`state/events.ts`) or given what it needs by the view around it.
 */
const featureMayImport: Record<string, string[]> = {
  changes: [],
  connection: [],
  media: [],
  previews: [],
  sessions: [],
  invites: [],
  leaving: ['media'],
  push: [],
  totp: [],
  settings: ['leaving', 'push'],
  qr: ['sessions'],
  accounts: ['invites', 'media', 'qr', 'sessions', 'settings', 'totp'],
  resets: ['accounts', 'settings'],
  reports: ['media'],
  reviews: ['media', 'reports'],
  contacts: ['accounts', 'connection', 'reports'],
  groups: ['accounts', 'changes', 'contacts', 'media', 'reports'],
  packets: ['accounts', 'media'],
  wallet: ['accounts', 'connection', 'packets'],
  drafts: [],
  schedules: ['connection'],
  conversations: ['accounts', 'changes', 'connection', 'contacts', 'drafts', 'groups', 'media'],
  stickers: ['changes', 'media'],
  forwards: ['accounts', 'changes', 'contacts', 'conversations', 'groups', 'media'],
  favorites: ['accounts', 'changes', 'connection', 'contacts', 'conversations', 'forwards', 'media', 'packets'],
  search: ['accounts', 'connection', 'contacts', 'conversations', 'groups'],
  messages: [
    'accounts',
    'changes',
    'connection',
    'contacts',
    'conversations',
    'drafts',
    'favorites',
    'forwards',
    'groups',
    'media',
    'packets',
    'previews',
    'reports',
    'schedules',
    'settings',
    'stickers',
  ],
  operators: ['accounts', 'invites', 'reports', 'reviews', 'sessions'],
  shell: ['contacts', 'conversations', 'messages', 'push', 'settings'],
}

/** Rooms that would run without a page. */
const withoutVue = ['protocol', 'transport', 'store', 'sync']

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

function isIn(place: string, folders: string[]): boolean {
  return folders.some((name) => place === name || place.startsWith(`${name}/`) || place.startsWith(`${name}.`))
}

const told = ({ file, target }: Import) => `${file} imports ${target}`

it('each folder imports only what it may', () => {
  const wrong = imports().filter(({ room, place }) => {
    const allowed = mayImport[room]
    return allowed && place && !isIn(place, [room, ...allowed])
  })
  expect(wrong.map(told)).toEqual([])
})

it('each feature imports only the features it may, and none in a circle', () => {
  const wrong = imports().filter(({ file, room, place }) => {
    if (room !== 'features' || !place.startsWith('features/')) return false
    const [from, to] = [file, place].map((path) => path.split('/')[1])
    return from !== to && !featureMayImport[from].includes(to)
  })
  expect(wrong.map(told)).toEqual([])
  const order = Object.keys(featureMayImport)
  for (const [index, name] of order.entries())
    expect(order.slice(0, index)).toEqual(expect.arrayContaining(featureMayImport[name]))
  expect(readdirSync(join(root, 'features')).sort()).toEqual([...order].sort())
})

it('views speak to stores, not to what lies behind them', () => {
  const wrong = imports().filter(
    ({ file, place }) => file.endsWith('.vue') && isIn(place, ['state', 'store', 'sync', 'transport']),
  )
  expect(wrong.map(told)).toEqual([])
})

it('what could run without a page knows no Vue', () => {
  const wrong = imports().filter(({ room, target }) => withoutVue.includes(room) && /^(vue|pinia)/.test(target))
  expect(wrong.map(told)).toEqual([])
})

it('the tests stand where the code stands', () => {
  const folders = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes('/'))
    .map((file) => file.slice(0, file.lastIndexOf('/')))
  expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([])
})

it('copies by `ui/copyText` alone, which knows a way on pages by http, too', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|vue)$/.test(file))
  const copying = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('navigator.clipboard'))
  expect(copying).toEqual(['ui/copyText.ts'])
})
