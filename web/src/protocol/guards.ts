/** Small checks of values from outside. None of them throws. */

export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An integer from 0 to 2^53-1. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** An id: an integer from 1 to 2^53-1. */
export function isId(value: unknown): value is number {
  return isCount(value) && value > 0
}

/** The value if it is a text, else ''. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The value if it is a count, else 0. */
export function count(value: unknown): number {
  return isCount(value) ? value : 0
}

/** 1 for 1 and true, else 0. */
export function flag(value: unknown): 0 | 1 {
  return value === 1 || value === true ? 1 : 0
}

/** JSON text to a value; undefined when it is not JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/**
 * The rows of a list that are rows; what is not is left out. `parse` gives null for a row that lacks what
 * makes it one (its id, its kind), and leaves out wrong optional fields.
 */
export function parseRows<Row>(values: unknown, parse: (value: unknown) => Row | null): Row[] {
  if (!Array.isArray(values)) return []
  return values.map(parse).filter((row) => row !== null)
}
