const browsers: readonly [RegExp, string][] = [
  [/MicroMessenger\//, '微信 WeChat'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** "Chrome · Android" from a browser's user agent; the agent's first word for anything else. */
export function deviceName(ua: string): string {
  const find = (list: readonly [RegExp, string][]) => list.find(([pattern]) => pattern.test(ua))?.[1]
  return [find(browsers), find(systems)].filter(Boolean).join(' · ') || ua.split(/[\s/]/)[0] || '?'
}
