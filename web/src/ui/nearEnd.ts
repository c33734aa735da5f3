/** px before the end of a list at which its next rows are asked for. */
const ahead = 600

/** Whether a list is scrolled so far that its next rows are needed soon. */
export function nearEnd({ currentTarget }: Event): boolean {
  const { scrollTop, clientHeight, scrollHeight } = currentTarget as HTMLElement
  return scrollHeight - clientHeight - scrollTop < ahead
}
