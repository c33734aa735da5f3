import { afterEach, describe, expect, it } from 'vitest'
import { language, locale, preferredLanguage, t } from '@/i18n'
import { coreTexts } from '@/i18n/core'
import { viewTexts } from '@/i18n/view'

afterEach(() => {
  language.value = 'zh'
})

describe('texts', () => {
  it('are there in both languages, with the same parameters', () => {
    const parameters = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort()
    for (const [key, [chinese, english]] of Object.entries({ ...coreTexts, ...viewTexts } as Record<
      string,
      readonly [string, string]
    >)) {
      expect(chinese, key).not.toBe('')
      expect(english, key).not.toBe('')
      expect(parameters(english), key).toEqual(parameters(chinese))
    }
  })

  it('are not defined twice', () => {
    expect(Object.keys(viewTexts).filter((key) => key in coreTexts)).toEqual([])
  })

  it('take their parameters and the English plural', () => {
    expect(t('error.slowDown', { n: 3 })).toBe('操作太频繁，请 3 秒后再试')
    language.value = 'en'
    expect(t('error.slowDown', { n: 1 })).toBe('Too fast, try again in 1 second')
    expect(t('error.slowDown', { n: 3 })).toBe('Too fast, try again in 3 seconds')
    expect(locale()).toBe('en')
  })

  it('do not put a parameter’s own braces to work', () => {
    expect(t('preview.by', { name: '{text}', text: '$&{name}' })).toBe('{text}：$&{name}')
  })
})

it('follows the first language of the browser', () => {
  expect(preferredLanguage(['zh-TW', 'en'])).toBe('zh')
  expect(preferredLanguage(['de', 'zh'])).toBe('en')
  expect(preferredLanguage([])).toBe('zh')
})
