/** What the content of a bubble asks for: its picture, its record, whom it is about, what is in it. */
import { useClock } from '@/features/connection/clock'
import { showUser } from '@/features/contacts/addFriend'
import RecordDialog from '@/features/forwards/RecordDialog.vue'
import type { MediaAct } from '@/features/media/types'
import { openPacket } from '@/features/packets/open'
import { mui } from '@/mui'
import { Kind } from '@/protocol/codes'
import type { ChatKey } from '@/protocol/conversations'
import { chatPath, router } from '@/router'
import { openDialog } from '@/ui/dialogs'
import { useChat } from './chat'
import type { Entry } from './entry'
import { picturesOf } from './pictures'

/** `nameOf`: of the author of a picture. */
export function useMediaActs(key: ChatKey | '', nameOf: (id: number) => string) {
  const chat = useChat()
  const clock = useClock()

  function onPerson(act: MediaAct) {
    if (act.do === 'add') void showUser(act.id)
    else if (act.do === 'talk') void router.push(chatPath(`${Kind.Single}/${act.id}`))
  }

  function openRecord({ message: { id, content } }: Entry) {
    if (!id || !key) return
    void openDialog(RecordDialog, { title: content, place: { key, id, within: [] }, onPerson }, { light: true })
  }

  function preview(entry: Entry) {
    const pictures = picturesOf(chat.entries, nameOf, clock.today)
    const index = pictures.findIndex((picture) => picture.key === entry.key)
    void mui.previewImage(pictures, Math.max(0, index))
  }

  return (entry: Entry, act: MediaAct): void => {
    if (act.do === 'cancel') chat.remove(entry.key)
    else if (act.do === 'record') openRecord(entry)
    else if (act.do === 'packet') void openPacket(entry.message)
    else if (act.do === 'preview') preview(entry)
    else onPerson(act)
  }
}
