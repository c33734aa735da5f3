import type { Pair } from './index'

/** Texts of the views and components. */
export const viewTexts = {
} as const satisfies Record<string, Pair>
