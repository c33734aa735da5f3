/**
 * What this reader likes: language, theme, text size, keys. Views bind to the fields; each change is
 * saved, applied to <html>, and followed by the browser's other tabs.
 */
import { defineStore } from 'pinia'
import { computed, reactive, toRefs, watch } from 'vue'
import { isLanguage, language, locale, preferredLanguage, type Language } from '@/i18n'
import { marksDrawn } from '@/i18n/markdown'
import { isFields, parseJson } from '@/protocol/guards'
import { localStore, save } from '@/state/storage'

export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 'small' | 'normal' | 'large' | 'xlarge'
export type LanguageChoice = 'auto' | Language

/** Also read by `theme.ts`, before this bundle is there. */
const name = 'magpie:settings'

interface Saved {
  language: LanguageChoice
  theme: Theme
  textSize: TextSize
  enterSends: boolean
  emojiCloses: boolean
  /** Marks of Markdown in messages are drawn; else they stand as they were typed. */
  markdown: boolean
  listWidth: number
}

const choices = {
  theme: ['system', 'light', 'dark'],
  textSize: ['small', 'normal', 'large', 'xlarge'],
} as const

export const useSettings = defineStore('settings', () => {
  const chosen = reactive<Saved>(read(localStore.getItem(name)))
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

  /** The theme in use: light or dark. */
  const dark = computed(() => chosen.theme === 'dark' || (chosen.theme === 'system' && system.dark))
  const system = reactive({ dark: systemDark.matches })
  systemDark.addEventListener('change', ({ matches }) => (system.dark = matches))

  function apply(): void {
    const root = document.documentElement
    root.dataset.theme = dark.value ? 'dark' : 'light'
    root.dataset.text = chosen.textSize
    language.value = chosen.language === 'auto' ? preferredLanguage(navigator.languages) : chosen.language
    root.lang = locale()
    marksDrawn.value = chosen.markdown
  }

  watch([chosen, dark], apply, { immediate: true, flush: 'sync' })
  watch(chosen, () => save(name, chosen, localStore))
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === name) Object.assign(chosen, read(newValue))
  })

  return { ...toRefs(chosen), dark }
})

/** What was saved, each field checked; the default for what is missing or not among the choices. */
function read(json: string | null): Saved {
  const parsed = parseJson(json ?? '')
  const saved = isFields(parsed) ? parsed : {}
  const pick = <T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T =>
    allowed.includes(value as T) ? (value as T) : otherwise
  const { listWidth } = saved
  return {
    language: isLanguage(saved.language) ? saved.language : 'auto',
    theme: pick(saved.theme, choices.theme, 'system'),
    textSize: pick(saved.textSize, choices.textSize, 'normal'),
    enterSends: saved.enterSends !== false,
    emojiCloses: saved.emojiCloses === true,
    markdown: saved.markdown !== false,
    listWidth: typeof listWidth === 'number' && listWidth >= 280 && listWidth <= 360 ? listWidth : 320,
  }
}
