/**
 * Texts of the page. Each language is a catalogue, a file of `key: text`; Chinese is the first, and
 * its keys are the keys. `{name}` in a text is replaced by a parameter; `{n:message|messages}`
 * becomes "1 message" or "3 messages".
 *
 * A further language is a file like `en.ts` and a line in `languages`.
 */
import { shallowRef } from 'vue'
import { en } from './en'
import { zh } from './zh'

export type TextKey = keyof typeof zh
export type Catalogue = Readonly<Record<TextKey, string>>
export type Params = Record<string, string | number>

/** In the order in which they are offered: how a language calls itself, its tag for `Intl` and `lang`, its texts. */
export const languages = {
  zh: { name: '中文', tag: 'zh-CN', texts: zh },
  en: { name: 'English', tag: 'en', texts: en },
} as const satisfies Record<string, { name: string; tag: string; texts: Catalogue }>

export type Language = keyof typeof languages

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value)
}

/** The language in use; components that call `t` redraw when it changes. */
export const language = shallowRef<Language>('zh')

/** BCP 47 tag for `Intl` and the `lang` attribute. */
export function locale(): string {
  return languages[language.value].tag
}

/** Language of a reader whose browser lists these: the first of them if we have it, else English; Chinese if none is named. */
export function preferredLanguage(wanted: readonly string[]): Language {
  if (wanted.length === 0) return 'zh'
  const first = wanted[0].toLowerCase().split('-')[0]
  return isLanguage(first) ? first : 'en'
}

/** The text of a key in the page's language, with its parameters filled in. */
export function t(key: TextKey, params: Params = {}): string {
  const text: string = languages[language.value].texts[key]
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name]
    if (value === undefined) return whole
    return one === undefined ? String(value) : `${value} ${Number(value) === 1 ? one : many}`
  })
}
