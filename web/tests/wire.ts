/** The frames and rows that both sides test against. */
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../tests/fixtures/wire/', import.meta.url)

/** Content of one fixture file. */
export function wire(name: string): any {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
}

/** Names of all message kinds: `message-text`, `message-voice`… */
export function messageKinds(): string[] {
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
  return names.filter((name) => name.startsWith('message-') && wire(name).sent)
}
