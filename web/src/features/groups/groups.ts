/** Groups of the logged-in user, fresh after every welcome and every change told by the server. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { Code } from '@/protocol/codes'
import { parseCommunity, type Community } from '@/protocol/groups'
import { parseRows } from '@/protocol/guards'
import { sentences, useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'

export type GroupForm = Pick<Community, 'name' | 'icon' | 'cate' | 'memo'>

export const useGroups = defineStore('groups', () => {
  const live = useLive()
  const all = shallowRef<readonly Community[]>([])
  /** True once the list came from the server. */
  const loaded = shallowRef(false)

  async function load(): Promise<void> {
    all.value = parseRows((await live.api.call('/contact/loadcommunity')).rows, parseCommunity)
    loaded.value = true
  }

  /** True once they came, or cannot be had for now. */
  const settled = shallowRef(false)

  /** One that fails is made up for after the next welcome. */
  function refresh(): void {
    load()
      .catch(() => undefined)
      .finally(() => (settled.value = true))
  }

  function group(id: number): Community | undefined {
    return all.value.find((one) => one.id === id)
  }

  /** Resolves to the server's sentence, which may be empty. */
  async function joinGroup(id: number): Promise<string> {
    const { msg } = await live.api.call('/contact/joincommunity', { dstid: id })
    await load()
    return msg
  }

  async function createGroup(form: GroupForm): Promise<Community> {
    const { data } = await live.api.call('/contact/createcommunity', { ...form })
    const made = parseCommunity(data)
    if (!made) throw new ApiError(Code.Refused, sentences().answer)
    await load()
    return made
  }

  live.events.on('welcome', refresh)
  live.events.on('community', ({ what, userid }) => {
    // Others come and go in big groups all day; that changes nothing in this list.
    if (userid === live.api.userId || (what !== 'joined' && what !== 'left')) refresh()
  })

  return { all, loaded, settled, group, joinGroup, createGroup }
})
