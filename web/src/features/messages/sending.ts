/** From what the composer gives to what is sent. */
import { draftOf } from '@/features/media/files'
import { writePeaks } from '@/features/media/memo'
import SendPacketDialog from '@/features/packets/SendPacketDialog.vue'
import { language, t } from '@/i18n'
import { mui } from '@/mui'
import { Kind, Media } from '@/protocol/codes'
import type { Content } from '@/protocol/messages'
import { openDialog } from '@/ui/dialogs'
import { askCard, askLink } from './cards'
import { useChat } from './chat'
import type { ComposeAct } from './composer/actions'
import type { Recording, Refused } from './composer/recorder'
import { nameIn, type Sticker } from './composer/stickers'
import { fileProblem } from './files'

export function useSending(send: (content: Content) => void, sendLater: () => void) {
  const chat = useChat()

  async function sendFiles(files: File[], act: ComposeAct) {
    for (const file of files) {
      // A photo may be made smaller on the way: how large it is counts then.
      const draft = await draftOf(file, act === 'file', chat.largestFile)
      const problem = fileProblem(file.name, draft.file.size, chat.largestFile)
      if (problem) mui.toast(problem, 'error')
      else chat.sendFile(draft)
    }
  }

  function sendSticker(sticker: Sticker) {
    send({ media: Media.Sticker, content: nameIn(sticker, language.value) || undefined, url: sticker.url })
  }

  function sendVoice({ blob, seconds, peaks }: Recording) {
    chat.sendFile({ file: blob, media: Media.Voice, seconds, memo: writePeaks(peaks) })
  }

  function onRefused(why: Refused) {
    if (why === 'short') mui.toast(t('voice.short'))
    else if (why === 'denied') mui.toast(t('voice.denied'), 'error')
    else if (why === 'insecure') mui.toast(t('voice.insecure'), 'error')
  }

  async function onCompose(act: ComposeAct) {
    if (act === 'packet') return sendPacket()
    if (act === 'later') return sendLater()
    const content = act === 'link' ? await askLink() : await askCard()
    if (content) send(content)
  }

  /** Sent by a call of its own: its message comes as any other, and the list is at its end then. */
  async function sendPacket() {
    const { key, target } = chat
    if (!key || !target) return
    const parts = { title: t('packet.send'), chat: key, group: target.kind === Kind.Room }
    if (await openDialog<boolean>(SendPacketDialog, parts)) await chat.toNewest().catch(() => undefined)
  }

  return { sendFiles, sendSticker, sendVoice, onRefused, onCompose }
}
