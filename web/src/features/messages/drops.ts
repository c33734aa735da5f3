/** Files that are dragged onto the chat. */
import { ref, type Ref } from 'vue'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { hasFolder } from './composer/clipboard'

/** `barred`: why nothing can be written there. */
export function useDrops(barred: Readonly<Ref<string>>, take: (files: File[]) => void) {
  const dragging = ref(false)

  /** Files are taken by the chat wherever they fall; words only by its field. */
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false

  function onDrag(event: DragEvent) {
    dragging.value = event.type !== 'dragleave' && hasFiles(event)
    if (dragging.value) event.preventDefault()
  }

  function onDrop(event: DragEvent) {
    dragging.value = false
    if (!hasFiles(event) || !event.dataTransfer) return
    event.preventDefault()
    if (barred.value) mui.toast(t(barred.value === 'stranger' ? 'contact.stranger' : 'group.outside'), 'error')
    else if (hasFolder(event.dataTransfer)) mui.toast(t('file.folder'), 'error')
    else take([...event.dataTransfer.files])
  }

  return { dragging, onDrag, onDrop }
}
