/**
 * The messages that are found: asked for page after page, and kept as they are now. An edited one is looked for
 * again, a recalled one goes at once. For the search store only.
 */
import { shallowRef } from 'vue'
import { Cmd } from '@/protocol/codes'
import type { Found } from '@/protocol/search'
import { useLive } from '@/state/live'
import { waitFor } from '@/state/retry'
import { askAgain, askMessages, type Question } from './asked'
import { findHere } from './here'

/** ms after a change in which the server's index learns of it. */
const INDEXED = 1500
/** ms after which the server is asked again that did not answer. */
const pause = 3000

export function useFoundMessages() {
  const live = useLive()
  const rows = shallowRef<readonly Found[]>([])
  /** There are older ones. */
  const more = shallowRef(false)
  /** The first page is on its way. */
  const asking = shallowRef(false)
  /** A further page is. */
  const loading = shallowRef(false)
  /** Why the last call failed, in words; '' when it did not. */
  const trouble = shallowRef('')
  /** What `rows` answer. */
  const answered = shallowRef<Question | null>(null)
  /** They were looked for on this device alone. */
  const here = shallowRef(false)
  let wanted: Question | null = null
  /** Grows with each question: an answer to an earlier one is late. */
  let round = 0
  let again: ReturnType<typeof setTimeout> | undefined
  let renewing: ReturnType<typeof setTimeout> | undefined

  /** Asks a new question; null: nothing is looked for. */
  async function ask(question: Question | null): Promise<void> {
    const mine = ++round
    clearTimeout(again)
    wanted = question
    asking.value = question !== null
    loading.value = false
    trouble.value = ''
    if (!question) return put(null, [], false)
    try {
      const answer = await look(question)
      if (mine !== round) return
      here.value = answer.here
      put(question, answer.rows, answer.more)
      // Its answer is lost, its connection is not.
      if (answer.here && live.connection === 'online') again = setTimeout(() => void ask(question), pause)
    } catch (error) {
      if (mine !== round) return
      // What answered another question does not stand below this one.
      if (answered.value !== question) put(null, [], false)
      failed(error, () => void ask(question))
    } finally {
      if (mine === round) asking.value = false
    }
  }

  /** Asks the server; what this device has is looked through while that cannot be asked. */
  async function look(question: Question, before = 0): Promise<{ rows: Found[]; more: boolean; here: boolean }> {
    const onDevice = async () => ({ ...(await findHere(question, before)), here: true })
    if (live.disk && (live.connection !== 'online' || (before && here.value))) return onDevice()
    try {
      return { ...(await askMessages(question, before)), here: false }
    } catch (error) {
      if (!live.disk || before || waitFor(error) === null) throw error
      return onDevice()
    }
  }

  function put(question: Question | null, found: readonly Found[], isMore: boolean): void {
    answered.value = question
    rows.value = found
    more.value = isMore
  }

  /** One more page. */
  async function next(): Promise<void> {
    const question = answered.value
    const last = rows.value.at(-1)
    if (!question || !last || !more.value || loading.value || asking.value) return
    const mine = round
    clearTimeout(again)
    loading.value = true
    trouble.value = ''
    try {
      const answer = await look(question, last.message.id)
      if (mine !== round) return
      const known = new Set(rows.value.map(({ message }) => message.id))
      put(question, [...rows.value, ...answer.rows.filter(({ message }) => !known.has(message.id))], answer.more)
    } catch (error) {
      if (mine === round) failed(error, () => void next())
    } finally {
      if (mine === round) loading.value = false
    }
  }

  /** It is said, and what passes is tried again by itself. */
  function failed(error: unknown, retry: () => void): void {
    trouble.value = error instanceof Error ? error.message : String(error)
    const wait = waitFor(error)
    if (wait !== null && live.connection === 'online') again = setTimeout(retry, wait)
  }

  /** Asks again what failed. */
  function retry(): void {
    if (answered.value && answered.value === wanted) void next()
    else void ask(wanted)
  }

  /** Something may be gone that is shown: the newest are asked for again, quietly. */
  function renewSoon(): void {
    clearTimeout(renewing)
    renewing = setTimeout(() => void renew(), INDEXED)
  }

  async function renew(): Promise<void> {
    const question = answered.value
    const mine = round
    if (!question || asking.value) return
    if (here.value) return ask(question)
    try {
      const answer = await askMessages(question)
      if (mine !== round || question !== answered.value) return
      const last = answer.rows.at(-1)
      if (!answer.more || !last) return put(question, answer.rows, answer.more)
      put(question, [...answer.rows, ...rows.value.filter((row) => isOlder(row, last))], more.value)
    } catch {
      // What is known stays.
    }
  }

  async function check(row: Found): Promise<void> {
    const question = answered.value
    if (!question || here.value) return
    try {
      const now = await askAgain(question, row)
      if (question === answered.value) replace(row.message.id, now)
    } catch {
      // What is known stays.
    }
  }

  function replace(id: number, now: Found | null): void {
    rows.value = rows.value.flatMap((row) => (row.message.id === id ? (now ?? []) : row))
  }

  live.events.on('changed', ({ id, cmd }) => {
    const row = rows.value.find(({ message }) => message.id === id)
    if (row && cmd === Cmd.Recall) replace(id, null)
    else if (row && cmd === Cmd.Edit) setTimeout(() => void check(row), INDEXED)
  })
  live.events.on('gone', () => rows.value.length > 0 && renewSoon())
  live.events.on('welcome', () => {
    if (trouble.value) retry()
    else if (here.value && wanted) void ask(wanted)
    else if (answered.value) renewSoon()
  })

  return { rows, more, here, asking, loading, trouble, answered, ask, next, retry }
}

/** In the order of the answers: by time, then by number. */
function isOlder({ message: one }: Found, { message: other }: Found): boolean {
  return one.createat < other.createat || (one.createat === other.createat && one.id < other.id)
}
