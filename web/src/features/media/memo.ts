/**
 * What this page keeps in `memo` of pictures, films and voices, so that a reader's page can keep
 * their space before they load: `1280x960`, `1280x720`, `480x270x24` of a picture that moves in 24
 * frames, and the peaks of a voice as `~` with one digit of base 36 for each bar. A memo of another shape (classic pages) is simply not understood.
 */
import { SLIM } from '@/ui/slim'

export interface Size {
  width: number
  height: number
}

const MEMO_SIZE = /^(\d{1,5})x(\d{1,5})(?:x(\d{1,5}))?$/

export function writeSize(size: Size): string {
  return `${Math.round(size.width)}x${Math.round(size.height)}`
}

export function readSize(memo: string | undefined): Size | null {
  const match = MEMO_SIZE.exec(memo ?? '')
  const size = match && { width: Number(match[1]), height: Number(match[2]) }
  return size && size.width > 0 && size.height > 0 ? size : null
}

/** The memo of a picture with how many frames it has, when it moves. */
export function withFrames(memo: string | undefined, frames: number): string | undefined {
  return memo && frames > 1 ? `${memo}x${Math.min(frames, 99999)}` : memo
}

/** Frames of a picture; 0 when nothing is said of them. */
export function readFrames(memo: string | undefined): number {
  return Number(MEMO_SIZE.exec(memo ?? '')?.[3] ?? 0)
}

/** Levels 0…1 to text. */
export function writePeaks(peaks: number[]): string {
  return '~' + peaks.map((peak) => Math.round(Math.min(1, Math.max(0, peak)) * 35).toString(36)).join('')
}

export function readPeaks(memo: string | undefined): number[] | null {
  const match = /^~([0-9a-z]{8,80})$/.exec(memo ?? '')
  return match && [...match[1]].map((digit) => parseInt(digit, 36) / 35)
}

/** Bars for a voice without stored peaks: always the same for the same address. */
export function inventPeaks(seed: string, count: number): number[] {
  let state = 2166136261
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619)
  return Array.from({ length: count }, (_, index) => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + index
    const noise = ((state >>> 8) & 0xffff) / 0xffff
    return 0.18 + 0.82 * noise * (0.45 + 0.55 * Math.abs(Math.sin(index / 4.3)))
  })
}

/** The box a picture is drawn in: its own shape, at most `wide` × `tall`, never a sliver. */
export function fitBox(size: Size | null, wide: number, tall: number): Size {
  if (!size) return { width: Math.min(wide, 220), height: Math.min(tall, 165) }
  const width = Math.min(size.width, SLIM * size.height)
  const height = Math.min(size.height, SLIM * size.width)
  const scale = Math.min(1, wide / width, tall / height)
  return { width: Math.max(96, Math.round(width * scale)), height: Math.max(72, Math.round(height * scale)) }
}
