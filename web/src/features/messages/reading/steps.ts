/**
 * How the drawn lines become the next ones. The scroller keeps the sizes of its lines by their index
 * and is told only whether lines came in above; so a change at both ends is shown in two steps.
 */
import type { Line } from '../list/lines'

export interface Step {
  lines: Line[]
  /** What changed is above what is seen: lines came in there, or went. */
  above: boolean
}

/** null when the two have nothing in common and the list begins anew. */
export function stepsBetween(old: Line[], next: Line[]): Step[] | null {
  if (old.length === 0 || next.length === 0 || old[0].key === next[0].key) return [{ lines: next, above: false }]
  const added = next.findIndex(({ key }) => key === old[0].key)
  const gone = added < 0 ? old.findIndex(({ key }) => key === next[0].key) : 0
  if (gone < 0) return null
  const head = added > 0 ? [...next.slice(0, added), ...old] : old.slice(gone)
  if (head.length === next.length) return [{ lines: next, above: true }]
  return [
    { lines: head, above: true },
    { lines: next, above: false },
  ]
}
