/** Whom one may name in a group, while a name is typed: the choice, and which of it is meant. */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { useAccount } from '@/features/accounts/account'
import { useUsers } from '@/features/accounts/users'
import { useGroups } from '@/features/groups/groups'
import { useMembers } from '@/features/groups/members'
import { t } from '@/i18n'
import { Media } from '@/protocol/codes'
import { everybody } from '@/protocol/mentions'
import { site } from '@/state/site'
import { useChat } from '../chat'

export interface Named {
  /** 0: everybody. */
  id: number
  /** What the reader calls them, and what all others do: that goes into the text. */
  name: string
  nickname: string
  avatar: string
}

/** Lines of the choice at most: who is not among them is found by typing on. */
const most = 60
/** Who spoke last stand first, so many of them. */
const recent = 8
/** ms for which a name must stand before the server is asked for it. */
const pause = 200

/** `name`: what is typed behind the "@"; null when nobody is being named. `group`: 0 outside of groups. */
export function useMentioning(group: () => number, name: Readonly<Ref<string | null>>) {
  const account = useAccount()
  const users = useUsers()
  const groups = useGroups()
  const members = useMembers()
  const chat = useChat()
  const index = ref(0)
  /** Of a large group, those whom the server found by the name. */
  const found = shallowRef<readonly number[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = computed(() => group() > 0 && name.value !== null)
  const mayNameAll = computed(() => site.mentionAll || groups.group(group())?.ownerid === account.userId)

  const people = computed<Named[]>(() => {
    if (!open.value) return []
    const { rows, whole } = members.of(group())
    const inside = new Set(rows.map(({ id }) => id))
    const said = chat.entries.filter(({ message }) => message.media !== Media.Notice)
    const spoke = [...new Set(said.map(({ userid }) => userid).reverse())].slice(0, recent)
    const ids = new Set([...spoke.filter((id) => !whole || inside.has(id)), ...inside, ...found.value])
    ids.delete(account.userId)
    return [...ids].map((id) => ({
      id,
      name: users.nameOf(id),
      nickname: users.nicknameOf(id),
      avatar: users.get(id)?.avatar ?? '',
    }))
  })

  const choices = computed<Named[]>(() => {
    const wanted = name.value?.toLowerCase() ?? ''
    const places = new Map(people.value.map((one) => [one, placeIn(one, wanted)]))
    const fitting = people.value.filter((one) => (places.get(one) ?? -1) >= 0)
    const begins = fitting.filter((one) => places.get(one) === 0)
    const all = mayNameAll.value && open.value && everybody.some((word) => word.startsWith(wanted))
    return [
      ...(all ? [{ id: 0, name: t('mention.all'), nickname: t('mention.all'), avatar: '' }] : []),
      ...begins,
      ...fitting.filter((one) => places.get(one) !== 0),
    ].slice(0, most)
  })

  watch(name, () => {
    index.value = 0
    clearTimeout(timer)
    const asked = name.value
    if (!open.value || asked === null) return
    void members.load(group()).then(() => {
      if (name.value !== asked || asked === '' || members.of(group()).whole) return
      timer = setTimeout(() => void lookFor(asked), pause)
    })
  })
  onBeforeUnmount(() => clearTimeout(timer))

  async function lookFor(asked: string): Promise<void> {
    const rows = await members.ask(group(), asked).then(
      (answer) => answer.rows,
      () => [],
    )
    if (name.value === asked) found.value = [...new Set([...found.value, ...rows.map(({ id }) => id)])]
  }

  /** Goes up or down in the choice, round its ends. */
  function move(by: number): void {
    const { length } = choices.value
    index.value = (index.value + by + length) % Math.max(1, length)
  }

  /** Who is taken by Enter. */
  const chosen = computed(() => choices.value[Math.min(index.value, choices.value.length - 1)] as Named | undefined)

  return { choices, index, chosen, move, mayNameAll }
}

/** Where in either of somebody's names the text stands, -1 for nowhere. */
function placeIn({ name, nickname }: Named, wanted: string): number {
  const places = [name, nickname].map((one) => one.toLowerCase().indexOf(wanted)).filter((place) => place >= 0)
  return places.length > 0 ? Math.min(...places) : -1
}
