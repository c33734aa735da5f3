/** When a page has room for list and chat side by side. */
const leastWidth = 768
const leastHeight = 480

export interface Room {
  width: number
  height: number
}

/** Whether there is room now. A keyboard that takes height from a page on which one writes changes nothing. */
export function isWide(now: Room, before: Room & { wide: boolean }, writing: boolean): boolean {
  if (writing && now.width === before.width) return before.wide
  return now.width >= leastWidth && now.height >= leastHeight
}
