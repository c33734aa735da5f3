/**
 * Texts of the page, 中文 first with English beside it.
 *
 * Each area of the page keeps its texts in one file, one line a text:
 * `'chat.send': ['发送', 'Send']`. `{name}` is replaced by a parameter; in English
 * `{n:message|messages}` becomes "1 message" or "3 messages".
 */
import { shallowRef } from 'vue'
import { coreTexts } from './core'
import { viewTexts } from './view'

export type Language = 'zh' | 'en'
export type Pair = readonly [zh: string, en: string]
export type TextKey = keyof typeof coreTexts | keyof typeof viewTexts
export type Params = Record<string, string | number>

const texts: Record<TextKey, Pair> = { ...coreTexts, ...viewTexts }

/** The language in use; components that call `t` redraw when it changes. */
export const language = shallowRef<Language>('zh')

/** BCP 47 tag for `Intl` and the `lang` attribute. */
export function locale(): string {
  return language.value === 'zh' ? 'zh-CN' : 'en'
}

/** Language of a reader whose browser lists these languages: Chinese for any Chinese, else English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.length === 0 || wanted[0].toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** The text of a key in the page's language, with its parameters filled in. */
export function t(key: TextKey, params: Params = {}): string {
  const text = texts[key][language.value === 'zh' ? 0 : 1]
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name]
    if (value === undefined) return whole
    return one === undefined ? String(value) : `${value} ${Number(value) === 1 ? one : many}`
  })
}
