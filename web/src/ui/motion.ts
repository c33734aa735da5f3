/** Whether the reader has asked the system for less motion. */
import { readonly, ref } from 'vue'

const query = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)')
const state = ref(query?.matches ?? false)
query?.addEventListener('change', ({ matches }) => (state.value = matches))

export const calm = readonly(state)
