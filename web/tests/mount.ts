/** Runs what belongs into a component's `setup` as if it stood on a page, without a browser. */
import { createRenderer } from 'vue'

/** Nodes that nobody looks at. */
const renderer = createRenderer<object, object>({
  patchProp: () => undefined,
  insert: () => undefined,
  remove: () => undefined,
  createElement: () => ({}),
  createText: () => ({}),
  createComment: () => ({}),
  setText: () => undefined,
  setElementText: () => undefined,
  parentNode: () => null,
  nextSibling: () => null,
})

/** Returns what `setup` gave, and what takes the component away again. */
export function mount<Given>(setup: () => Given): { given: Given; unmount: () => void } {
  let given: Given | undefined
  const app = renderer.createApp({
    setup() {
      given = setup()
      return () => null
    },
  })
  app.mount({})
  return { given: given as Given, unmount: () => app.unmount() }
}
