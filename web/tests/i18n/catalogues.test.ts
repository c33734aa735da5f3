import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { language, languages, locale, preferredLanguage, t, type TextKey } from '@/i18n'

const root = resolve(__dirname, '../../src')
const keys = Object.keys(languages.zh.texts) as TextKey[]

/** All of the page's source but the catalogues themselves. */
function source(): string {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const catalogues = new RegExp(`^i18n.(${Object.keys(languages).join('|')})\\.`)
  return files
    .filter((file) => /\.(ts|vue)$/.test(file) && !catalogues.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
}

/** Names of a text's parameters. */
function parameters(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort()
}

afterEach(() => {
  language.value = 'zh'
})

describe('catalogues', () => {
  it.each(Object.entries(languages))('%s has all texts and no others, with the same parameters', (_name, { texts }) => {
    expect(Object.keys(texts).sort()).toEqual([...keys].sort())
    for (const key of keys) {
      expect(texts[key], key).not.toBe('')
      expect(parameters(texts[key]), key).toEqual(parameters(languages.zh.texts[key]))
    }
  })

  it('have every text that the page says, and none that it does not', () => {
    const text = source()
    const said = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key)
    expect(said.filter((key) => !(keys as string[]).includes(key))).toEqual([])
    expect(keys.filter((key) => !text.includes(`'${key}'`))).toEqual([])
  })
})

describe('texts', () => {
  it('take their parameters and the English plural', () => {
    expect(t('voice.left', { n: 3 })).toBe('还可以说 3 秒')
    language.value = 'en'
    expect(t('voice.left', { n: 1 })).toBe('1 second left')
    expect(t('voice.left', { n: 3 })).toBe('3 seconds left')
    expect(locale()).toBe('en')
  })

  it('do not put a parameter’s own braces to work', () => {
    expect(t('preview.by', { name: '{text}', text: '$&{name}' })).toBe('{text}：$&{name}')
  })
})

it('follows the first language of the browser', () => {
  expect(preferredLanguage(['zh-TW', 'en'])).toBe('zh')
  expect(preferredLanguage(['en-GB', 'zh'])).toBe('en')
  expect(preferredLanguage(['de', 'zh'])).toBe('en')
  expect(preferredLanguage([])).toBe('zh')
})
