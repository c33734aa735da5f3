/**
 * Drafts go to the server when the reader pauses, and come from there. Which text is newer is decided by the
 * server's numbers: one that goes on from an old text is refused, and nothing is lost on either device.
 */
import { Code } from '@/protocol/codes'
import { chatKey, parseChatKey, type ChatKey } from '@/protocol/conversations'
import { parseDraft, type DraftRow } from '@/protocol/drafts'
import { count, flag, isFields, parseRows } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { inTurn } from '@/state/turns'
import { ApiError } from '@/transport/errors'
import { isEmpty, isSame, type Draft } from './drafts'

interface Shelf {
  kept: () => ReadonlyMap<ChatKey, Draft>
  put: (key: ChatKey, draft: Draft) => void
  take: (key: ChatKey, draft: Draft) => void
  /** Another device has another text. */
  differs: (key: ChatKey, draft: Draft) => void
}

export function keepInStep({ kept, put, take, differs }: Shelf) {
  const live = useLive()
  const timers = new Map<ChatKey, ReturnType<typeof setTimeout>>()
  /** Those on their way, each by its call. */
  const under = new Map<ChatKey, Promise<void>>()
  /** Up to here (`rev`) the list is known; null before it was asked for. */
  let known: number | null = null

  function soon(key: ChatKey, ms: number): void {
    clearTimeout(timers.get(key))
    timers.set(
      key,
      setTimeout(() => void tell(key), ms),
    )
  }

  /** Tells what waits, of one chat or of all. */
  function flush(only?: ChatKey): void {
    for (const [key, draft] of kept()) if (draft.untold && (!only || key === only)) void tell(key)
  }

  function stop(): void {
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    known = null
  }

  /** One call of a chat after the other. */
  function tell(key: ChatKey): Promise<void> {
    clearTimeout(timers.get(key))
    timers.delete(key)
    const call = (under.get(key) ?? Promise.resolve()).then(() => say(key))
    under.set(key, call)
    return call.finally(() => under.get(key) === call && under.delete(key))
  }

  async function say(key: ChatKey): Promise<void> {
    const said = kept().get(key)
    if (!said?.untold) return
    const { text, at = [], ref = 0, rev = 0 } = said
    const content = isEmpty(said) ? '' : text
    try {
      const answer = await live.api.call('/draft/set', { ...parseChatKey(key), content, at, ref, rev })
      told(key, said, parseDraft(answer.data)?.rev ?? rev)
    } catch (error) {
      if (error instanceof ApiError) refused(key, said, error)
      else throw error
    }
  }

  /** The server has it under this number. */
  function told(key: ChatKey, said: Draft, rev: number): void {
    const now = kept().get(key)
    if (now) put(key, { ...now, rev, untold: now !== said })
  }

  function refused(key: ChatKey, said: Draft, error: ApiError): void {
    const now = kept().get(key)
    const row = error.code === Code.Conflict ? parseDraft(error.data) : null
    if (row) {
      const theirs = draftOf(row)
      if (now && !isEmpty(now) && !isSame(now, theirs)) differs(key, theirs)
      else take(key, theirs)
    } else if (error.passing) {
      // Without a network the next welcome brings it.
      if (error.retryAfter > 0) soon(key, error.retryAfter * 1_000)
    } else if (now === said) put(key, { ...said, untold: false }) // Here one may not write: it stays on this device.
  }

  /** What was written on a device of the reader's, this one among them. */
  function heard(row: DraftRow): void {
    const key = chatKey(row.kind, row.dstid)
    const mine = kept().get(key)
    // What is not told yet is compared by the server.
    if (mine?.untold || row.rev <= (mine?.rev ?? 0)) return
    const theirs = draftOf(row)
    if (mine && isSame(mine, theirs)) put(key, theirs)
    else if (mine || !isEmpty(theirs)) take(key, theirs)
  }

  const ask = inTurn(async () => {
    const before = new Map(kept())
    const listed = new Set<ChatKey>()
    const whole = known === null
    let after = known
    let more = 1
    while (more) {
      const answer = await live.api.call('/draft/list', after === null ? {} : { after })
      const rows = parseRows(answer.rows, parseDraft)
      rows.forEach(heard)
      rows.forEach(({ kind, dstid }) => listed.add(chatKey(kind, dstid)))
      const data = isFields(answer.data) ? answer.data : {}
      after = count(data.rev)
      more = rows.length > 0 ? flag(data.more) : 0
    }
    known = after
    // Sent or emptied elsewhere, while this page was not open.
    for (const [key, draft] of whole ? before : [])
      if (!draft.untold && !listed.has(key) && kept().get(key) === draft) take(key, { text: '', rev: draft.rev })
  })

  live.events.on('draft', heard)
  live.events.on('welcome', () => {
    ask().then(
      () => flush(),
      () => undefined, // The next welcome asks again.
    )
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush()
  })

  return { soon, flush, stop }
}

function draftOf({ content, at, ref, rev }: DraftRow): Draft {
  return { text: content, at, rev, ...(ref && { ref }) }
}
