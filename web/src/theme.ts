/**
 * Sets theme, text size and language on <html> before the first paint.
 *
 * Built as a file of its own without imports, so that the shells can load it as a classic script
 * in <head>, where it blocks the paint for a moment. Keeps to the keys of `state/settings.ts`.
 */
{
  const root = document.documentElement
  try {
    const saved: unknown = JSON.parse(localStorage.getItem('magpie:settings') ?? '{}')
    if (typeof saved === 'object' && saved !== null) {
      const { theme, textSize, language } = saved as Record<string, unknown>
      if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
      if (typeof textSize === 'string') root.dataset.text = textSize
      if (language === 'zh' || language === 'en') root.lang = language === 'zh' ? 'zh-CN' : 'en'
    }
  } catch {
    // No storage, or something else's text in it: the system's theme it is.
  }
}
