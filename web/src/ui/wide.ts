/** Whether the page has room for list and chat side by side (768 px). */
import { readonly, ref } from 'vue'

const query = window.matchMedia('(min-width: 768px)')
const state = ref(query.matches)
query.addEventListener('change', ({ matches }) => (state.value = matches))

export const wide = readonly(state)
