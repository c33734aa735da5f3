/** Whether somebody is in front of the page: it is on the screen and has the focus. What else is drawn was seen by nobody. */
import { onBeforeUnmount, onMounted, shallowRef, type Ref } from 'vue'

function isPresent(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

export function usePresence(): Readonly<Ref<boolean>> {
  const present = shallowRef(isPresent())
  const look = () => (present.value = isPresent())
  onMounted(() => {
    document.addEventListener('visibilitychange', look)
    window.addEventListener('focus', look)
    window.addEventListener('blur', look)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', look)
    window.removeEventListener('focus', look)
    window.removeEventListener('blur', look)
  })
  return present
}
