/** Numbers of media in words: sizes, durations, money. */

/** `512 B`, `48 KB`, `4.8 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [value, unit] =
    bytes < 1_000_000 ? [bytes / 1000, 'KB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${value < 100 && unit !== 'KB' ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** `3.1 / 4.8 MB`: both in the unit of the whole. */
export function progressText(loaded: number, total: number): string {
  const [unit, name] = total < 1_000_000 ? [1000, 'KB'] : [1e6, 'MB']
  const digits = unit === 1000 ? 0 : 1
  return `${(Math.min(loaded, total) / unit).toFixed(digits)} / ${(total / unit).toFixed(digits)} ${name}`
}

/** `0:07`, `12:40`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** Fen to yuan: `¥ 8.88`. */
export function moneyText(fen: number): string {
  return `¥ ${(fen / 100).toFixed(2)}`
}
