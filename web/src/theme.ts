/**
 * Sets theme, text size and language on <html> before the first paint.
 *
 * Built as a file of its own without imports, so that the shells can load it as a classic script
 * in <head>, where it holds up the paint for a moment. Reads what `state/settings.ts` saves.
 */
{
  const root = document.documentElement
  let saved: Record<string, unknown> = {}
  try {
    const value: unknown = JSON.parse(localStorage.getItem('magpie:settings') ?? '{}')
    if (typeof value === 'object' && value !== null) saved = value as Record<string, unknown>
  } catch {
    // No storage, or something else's text in it: the system's theme it is.
  }
  const { theme, textSize, language } = saved
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.theme = dark ? 'dark' : 'light'
  if (typeof textSize === 'string') root.dataset.text = textSize
  const chosen = typeof language === 'string' && language !== 'auto' ? language : ''
  const wanted = chosen || ((navigator.languages[0] ?? 'zh').startsWith('zh') ? 'zh' : 'en')
  root.lang = wanted === 'zh' ? 'zh-CN' : wanted
}
