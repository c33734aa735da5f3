/** What the reader keeps: asked for anew whenever it is looked at, since other devices keep things, too. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Code } from '@/protocol/codes'
import { keyOfMessage, parseChatKey, type ChatKey } from '@/protocol/conversations'
import { parseFavorite, type Favorite } from '@/protocol/favorites'
import { flag, isFields, parseRows } from '@/protocol/guards'
import { parseMessage, type Message } from '@/protocol/messages'
import { useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'

/** In one answer. */
const page = 30
/** Characters that are looked for at most. */
const longest = 100

export const useFavorites = defineStore('favorites', () => {
  const live = useLive()
  /** Those with the wanted words, the newest first. */
  const rows = shallowRef<readonly Favorite[]>([])
  const wanted = shallowRef('')
  const loaded = shallowRef(false)
  const busy = shallowRef(false)
  const more = shallowRef(false)
  /** Grows with each question: an answer to an earlier one is late. */
  let round = 0

  /** Those whose texts have this one; '' for all. Rejects when they can't be had. */
  async function look(text: string): Promise<void> {
    const words = text.trim().slice(0, longest)
    if (words !== wanted.value) rows.value = []
    wanted.value = words
    await ask(undefined)
  }

  /** The next older ones. */
  async function older(): Promise<void> {
    if (more.value && !busy.value) await ask(rows.value.at(-1)?.id)
  }

  async function ask(before: number | undefined): Promise<void> {
    const mine = ++round
    busy.value = true
    try {
      const answer = await live.api.call('/favorite/list', { q: wanted.value, limit: page, ...(before && { before }) })
      if (mine !== round) return
      const found = parseRows(answer.rows, parseFavorite)
      rows.value = before ? [...rows.value, ...found] : found
      more.value = isFields(answer.data) && flag(answer.data.more) === 1
      loaded.value = true
    } finally {
      if (mine === round) busy.value = false
    }
  }

  /** The chat of a kept message. */
  function chatOf(message: Message): ChatKey {
    return keyOfMessage(message, live.api.userId)
  }

  /** Keeps messages, without those that are gone meanwhile; says so. Rejects when they can't be, or too much is kept already. */
  async function keep(...messages: readonly Message[]): Promise<void> {
    let kept = 0
    let gone: ApiError | null = null
    for (const message of messages) {
      try {
        await live.api.call('/favorite/add', { ...parseChatKey(chatOf(message)), id: message.id })
        kept++
      } catch (error) {
        if (!(error instanceof ApiError && error.code === Code.NotFound)) throw error
        gone = error
      }
    }
    if (kept === 0 && gone) throw gone
    mui.toast(kept > 1 ? t('favorite.keptMany', { n: kept }) : t('favorite.kept'))
  }

  async function remove({ id }: Favorite): Promise<void> {
    try {
      await live.api.call('/favorite/remove', { favorite: id })
    } catch (error) {
      // Another device was quicker.
      if (!(error instanceof ApiError && error.code === Code.NotFound)) throw error
    }
    rows.value = rows.value.filter((row) => row.id !== id)
  }

  /** Whether the message can still be read where it was said. */
  async function stands({ message }: Favorite): Promise<boolean> {
    try {
      const place = parseChatKey(chatOf(message))
      const answer = await live.api.call('/message/get', { ...place, ids: [message.id] })
      return parseRows(answer.rows, parseMessage).some((row) => !row.recalled)
    } catch (error) {
      if (error instanceof ApiError && (error.code === Code.Forbidden || error.code === Code.NotFound)) return false
      throw error
    }
  }

  return { rows, loaded, busy, more, wanted, look, older, chatOf, keep, remove, stands }
})
