/** How much of a text fits into one message. */
import { limits } from '@/protocol/limits'

/** Bytes of a frame besides its text: cmd, dstid, media and cid with their names. */
const envelope = 256
const encoder = new TextEncoder()

/** Bytes of the text as it goes out, quoted as JSON does. */
function bytesOf(text: string): number {
  return encoder.encode(JSON.stringify(text)).length
}

/** Characters that are too many for one message, about; 0 when the text fits. */
export function excessOf(text: string): number {
  const most = Math.min(limits.textBytes, limits.frameBytes - envelope)
  // Three bytes a character at least must be there before it is worth counting.
  if (text.length * 6 <= most) return 0
  const bytes = bytesOf(text)
  return bytes <= most ? 0 : Math.max(1, Math.ceil(((bytes - most) * text.length) / bytes))
}

/** A name for a text that goes as a file: its first words. */
export function fileNameOf(text: string): string {
  const line = text.trim().split('\n', 1)[0]
  const words = [...line.replace(/[\\/:*?"<>|\p{C}]/gu, ' ').trim()].slice(0, 24).join('').trim()
  return `${words || 'text'}.txt`
}
