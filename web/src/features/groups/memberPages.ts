/**
 * The list of a group's members for the eye: asked for page by page as it is scrolled, and only the pages about the
 * reader's place are kept, so that ten thousand members cost no more than a hundred. All rows are of one height, and
 * a page that was dropped is asked for again, behind the same member as before.
 */
import { computed, onBeforeUnmount, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { Member } from '@/protocol/groups'
import { useLive } from '@/state/live'
import { useMembers, type MemberPage } from './members'

/** Rows of a page, and pages that are kept. */
const size = 100
const kept = 5
/** ms for which typing must pause before a name is looked for. */
const pause = 250

/** What stands on a place of the list: a member, or nothing yet. */
export interface Place {
  index: number
  member: Member | null
}

export function useMemberPages(group: number, name: () => string) {
  const live = useLive()
  const members = useMembers()
  /** By number: behind whom each page begins, and how many rows it has. */
  let starts: { after: number; index: number; count: number }[] = []
  const pages = shallowReactive(new Map<number, readonly Member[]>())
  const running = new Set<number>()
  /** Rows that are known to be there. */
  const total = shallowRef(0)
  const more = ref(true)
  const failed = shallowRef<unknown>(null)
  /** What is on the screen. */
  const seen = shallowRef({ first: 0, last: 0 })
  /** Behind whom the next page begins. */
  let next = 0
  let round = 0
  /** Grows with all that becomes of the members. */
  let news = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** The places that are to be drawn. */
  const places = computed<Place[]>(() => {
    const { first, last } = seen.value
    const end = Math.min(last, total.value)
    return Array.from({ length: Math.max(0, end - first) }, (_, at) => ({
      index: first + at,
      member: memberAt(first + at),
    }))
  })
  const loading = computed(() => total.value === 0 && more.value && !failed.value)

  function memberAt(index: number): Member | null {
    const number = pageAt(index)
    return number < 0 ? null : (pages.get(number)?.[index - starts[number].index] ?? null)
  }

  function pageAt(index: number): number {
    let number = starts.length - 1
    while (number >= 0 && starts[number].index > index) number--
    return number
  }

  /** These rows are on the screen: their pages are needed. */
  function show(first: number, last: number): void {
    if (first !== seen.value.first || last !== seen.value.last) seen.value = { first, last }
    const [from, to] = [Math.max(0, pageAt(first)), pageAt(Math.max(first, last - 1))]
    for (let number = from; number <= to; number++) if (!pages.has(number)) void load(number)
    if (more.value && last >= total.value) void load(starts.length)
  }

  async function load(number: number): Promise<void> {
    if (running.has(number)) return
    const begun = round
    running.add(number)
    try {
      const after = starts[number]?.after ?? (number > 0 ? next : 0)
      const answer = await ask(after)
      if (begun !== round) return
      failed.value = null
      if (number === starts.length) {
        starts.push({ after, index: total.value, count: answer.rows.length })
        total.value += answer.rows.length
        more.value = answer.more
        next = answer.next
      }
      // As many as it had: what changed since moves nothing on the screen.
      pages.set(number, answer.rows.slice(0, starts[number].count))
      drop(number)
    } catch (error) {
      if (begun === round) failed.value = error
    } finally {
      if (begun === round) {
        running.delete(number)
        // Few rows of many were of that name: it goes on.
        if (!failed.value && more.value && seen.value.last >= total.value) void load(starts.length)
      }
    }
  }

  /** A page as it is now: an answer that was on its way when something happened may be older than that. */
  async function ask(after = 0): Promise<MemberPage> {
    const part = () => ({ q: name().trim(), after, limit: size })
    const before = news
    const answer = await members.page(group, part())
    return before === news ? answer : members.page(group, part())
  }

  /** Keeps the pages nearest to the one that came. */
  function drop(number: number): void {
    const far = [...pages.keys()].sort((a, b) => Math.abs(b - number) - Math.abs(a - number))
    for (const one of far.slice(0, Math.max(0, pages.size - kept))) pages.delete(one)
  }

  /** From the beginning; what is shown stays until the first page is there. */
  async function restart(): Promise<void> {
    const begun = ++round
    running.clear()
    try {
      const answer = await ask()
      if (begun !== round) return
      starts = [{ after: 0, index: 0, count: answer.rows.length }]
      pages.clear()
      pages.set(0, answer.rows)
      total.value = answer.rows.length
      next = answer.next
      more.value = answer.more
      failed.value = null
      show(seen.value.first, seen.value.last)
    } catch (error) {
      if (begun === round) failed.value = error
    }
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void restart(), pause)
  }

  /** These are members no longer: the rows behind them move up. */
  function remove(ids: readonly number[]): void {
    for (const [number, rows] of pages) {
      const left = rows.filter(({ id }) => !ids.includes(id))
      const gone = rows.length - left.length
      if (gone === 0) continue
      pages.set(number, left)
      starts[number].count -= gone
      for (const start of starts.slice(number + 1)) start.index -= gone
      total.value -= gone
    }
  }

  function changed(ids: readonly number[]): void {
    for (const [number, rows] of pages) if (rows.some(({ id }) => ids.includes(id))) void load(number)
  }

  watch(name, () => {
    seen.value = { first: 0, last: 1 }
    soon()
  })
  const ended = live.events.on('community', ({ what, dstid, userid, who = [userid] }) => {
    if (dstid !== group || what === 'requested') return
    news += 1
    if (what === 'left' || what === 'removed') remove(who)
    else if (what === 'joined') {
      if (more.value) return
      more.value = true
      if (seen.value.last >= total.value) void load(starts.length)
    } else if (what === 'role' && seen.value.first < size) soon()
    else changed(who)
  })
  onBeforeUnmount(() => {
    round++
    clearTimeout(timer)
    ended()
  })

  return { places, total, loading, failed, show, restart }
}
