/** Announcements of groups that the reader has not read yet: which were put away is kept by this browser. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Announcement } from '@/protocol/groups'
import { isFields, parseJson } from '@/protocol/guards'
import { useLive } from '@/state/live'
import { userStore, save } from '@/state/storage'
import { useGroups } from './groups'

export const useAnnouncements = defineStore('announcements', () => {
  const live = useLive()
  const groups = useGroups()
  /** When (ms) the last one was written that was read, by group. */
  const done = shallowReactive(new Map<number, number>())

  // It is made by views, when it is known whose page this is.
  const place = () => `magpie:notices:${live.api.userId}`
  const kept = parseJson(userStore.getItem(place()) ?? '')
  for (const [id, at] of Object.entries(isFields(kept) ? kept : {}))
    if (typeof at === 'number') done.set(Number(id), at)

  /** What a group tells its members, and the reader has not read; the reader's own counts as read. */
  function unread(id: number): Announcement | null {
    const notice = groups.group(id)?.notice
    if (!notice?.content || notice.userid === live.api.userId) return null
    return notice.createat > (done.get(id) ?? 0) ? notice : null
  }

  function read(id: number): void {
    const notice = groups.group(id)?.notice
    if (!notice?.content || done.get(id) === notice.createat) return
    done.set(id, notice.createat)
    // Of groups that one is in: others are never looked at again.
    const now = [...done].filter(([one]) => groups.group(one))
    save(place(), Object.fromEntries(now))
  }

  live.events.on('forget', () => userStore.removeItem(place()))

  return { unread, read }
})
