/** Lists that are loaded anew whenever something becomes of them. */

/**
 * Returns what calls `load`, never twice at once. An answer that was on its way when something happened may be older
 * than that, and two on their way may come in either order: so a call while one runs makes one more run behind it,
 * for all who ask meanwhile. Resolves, or rejects, as the run does that began after the call.
 */
export function inTurn(load: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  function run(): Promise<void> {
    const mine = load().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }

  return () => {
    if (!running) return run()
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return run()
      })
    return next
  }
}
