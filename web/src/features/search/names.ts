/**
 * Friends and groups by their names. Those whose names have the words are known here, at once and without a network;
 * the server finds them by pinyin, too. For the search store only.
 */
import { computed, shallowRef } from 'vue'
import { useContacts } from '@/features/contacts/contacts'
import { useGroups } from '@/features/groups/groups'
import { Kind } from '@/protocol/codes'
import { chatKey, parseChatKey } from '@/protocol/conversations'
import type { Known } from '@/protocol/search'
import { useLive } from '@/state/live'
import { waitFor } from '@/state/retry'
import { askNames } from './asked'

export function useFoundNames() {
  const live = useLive()
  const contacts = useContacts()
  const groups = useGroups()
  /** What is looked for, '' for nothing. */
  const wanted = shallowRef('')
  const answer = shallowRef<{ q: string; rows: readonly Known[] }>({ q: '', rows: [] })
  let again: ReturnType<typeof setTimeout> | undefined

  const here = computed<Known[]>(() => {
    const words = fold(wanted.value).split(/\s+/u).filter(Boolean)
    if (words.length === 0) return []
    const all = [
      ...contacts.friends.map(({ id, nickname, avatar, remark }) => known(Kind.Single, id, nickname, avatar, remark)),
      ...groups.all.map(({ id, name, icon }) => known(Kind.Room, id, name, icon)),
    ]
    return all.filter(({ name, remark }) =>
      [name, remark].some((called) => words.every((word) => fold(called).includes(word))),
    )
  })

  const rows = computed<readonly Known[]>(() => {
    const told = answer.value.q === wanted.value ? answer.value.rows : []
    const keys = new Set(told.map(({ key }) => key))
    return [...told, ...here.value.filter(({ key }) => !keys.has(key))]
  })
  const ofKind = (kind: Kind) => computed(() => rows.value.filter(({ key }) => parseChatKey(key)?.kind === kind))

  async function ask(q: string): Promise<void> {
    wanted.value = q
    clearTimeout(again)
    if (!q) return
    try {
      const found = await askNames(q)
      if (wanted.value === q) answer.value = { q, rows: found }
    } catch (error) {
      // Those that are known here stay. Who writes fast is put off for a while.
      const wait = waitFor(error)
      if (wanted.value === q && wait !== null && live.connection === 'online')
        again = setTimeout(() => void ask(q), wait)
    }
  }

  live.events.on('welcome', () => wanted.value !== answer.value.q && void ask(wanted.value))

  return { people: ofKind(Kind.Single), groups: ofKind(Kind.Room), ask }
}

function known(kind: Kind, dstid: number, name: string, avatar: string, remark = ''): Known {
  return { key: chatKey(kind, dstid), dstid, name, remark, avatar }
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
