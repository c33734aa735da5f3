/**
 * A file or link that is dropped where nothing takes it must not replace the page: by itself a browser
 * would open it there. Words still go into fields.
 */
export function guardDrops(page: Window = window): void {
  const guard = (event: DragEvent) => {
    if (event.defaultPrevented || !event.dataTransfer) return
    const files = event.dataTransfer.types.includes('Files')
    if (!files && takesWords(event.target)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'none'
  }
  page.addEventListener('dragover', guard)
  page.addEventListener('drop', guard)
}

function takesWords(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null
}
