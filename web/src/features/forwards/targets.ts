/** The chats that one can forward to: the recent ones first, then friends and groups with whom nothing was said lately. */
import { computed } from 'vue'
import { useContacts } from '@/features/contacts/contacts'
import { useConversations } from '@/features/conversations/conversations'
import { useGroups } from '@/features/groups/groups'
import { Kind } from '@/protocol/codes'
import { chatKey, type ChatKey } from '@/protocol/conversations'

export interface ForwardTarget {
  key: ChatKey
  /** Of its picture. */
  id: number
  name: string
  avatar: string
}

export function useTargets(wanted: () => string) {
  const conversations = useConversations()
  const contacts = useContacts()
  const groups = useGroups()

  const all = computed<ForwardTarget[]>(() => {
    const keys = new Set<ChatKey>(conversations.rows.map(({ key }) => key))
    for (const { id } of contacts.friends) keys.add(chatKey(Kind.Single, id))
    for (const { id } of groups.all) keys.add(chatKey(Kind.Room, id))
    return [...keys].filter((key) => !conversations.barred(key)).map(targetOf)
  })

  function targetOf(key: ChatKey): ForwardTarget {
    const { dstid, title, avatar } = conversations.target(key)
    return { key, id: dstid, name: title, avatar }
  }

  /** Those whose name has what is typed. */
  const found = computed(() => {
    const word = wanted().trim().toLowerCase()
    return word ? all.value.filter(({ name }) => name.toLowerCase().includes(word)) : all.value
  })

  return { found, targetOf }
}
