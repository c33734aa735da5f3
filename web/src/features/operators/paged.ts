/** A list that comes in pages, each asked for when the reader nears the end of the one before. */
import { shallowRef, type ShallowRef } from 'vue'
import { flag, isFields, parseRows } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { fail } from '@/ui/dialogs'
import { nearEnd } from '@/ui/nearEnd'

/** In one answer. */
const page = 50

export interface Paged<Row> {
  rows: ShallowRef<readonly Row[]>
  busy: ShallowRef<boolean>
  /** The first page came. */
  loaded: ShallowRef<boolean>
  /** From the beginning, with these fields. */
  look: (fields?: Record<string, unknown>) => Promise<void>
  onScroll: (event: Event) => void
}

/** `cursor`: the field that names the last row that is known. */
export function usePaged<Row extends { id: number }>(
  path: string,
  parse: (value: unknown) => Row | null,
  cursor: 'after' | 'before',
): Paged<Row> {
  const live = useLive()
  const rows = shallowRef<readonly Row[]>([])
  const busy = shallowRef(false)
  const loaded = shallowRef(false)
  const more = shallowRef(false)
  let asked: Record<string, unknown> = {}
  /** Grows with each question: an answer to an earlier one is late. */
  let round = 0

  async function look(fields: Record<string, unknown> = {}): Promise<void> {
    asked = fields
    await ask(undefined)
  }

  async function next(): Promise<void> {
    if (more.value && !busy.value) await ask(rows.value.at(-1)?.id)
  }

  async function ask(from: number | undefined): Promise<void> {
    const mine = ++round
    busy.value = true
    try {
      const answer = await live.api.call(path, { ...asked, limit: page, ...(from && { [cursor]: from }) })
      if (mine !== round) return
      const found = parseRows(answer.rows, parse)
      const known = new Set(rows.value.map(({ id }) => id))
      rows.value = from ? [...rows.value, ...found.filter(({ id }) => !known.has(id))] : found
      more.value = isFields(answer.data) && flag(answer.data.more) === 1
      loaded.value = true
    } catch (error) {
      if (mine === round) fail(error)
    } finally {
      if (mine === round) busy.value = false
    }
  }

  function onScroll(event: Event): void {
    if (nearEnd(event)) void next()
  }

  return { rows, busy, loaded, look, onScroll }
}
