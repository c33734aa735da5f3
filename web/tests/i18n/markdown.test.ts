import { afterEach, describe, expect, it } from 'vitest'
import { computed } from 'vue'
import { marked, marksDrawn, unmarked } from '@/i18n/markdown'

afterEach(() => (marksDrawn.value = true))

describe('a text with marks', () => {
  it('stands as it was typed until the parser is there, and is drawn again then', async () => {
    const blocks = computed(() => marked('**a** b'))
    const words = computed(() => unmarked('**a** b'))
    expect([blocks.value, words.value]).toEqual([null, '**a** b'])
    await import('@/protocol/markdown/parse')
    await Promise.resolve()
    expect(blocks.value).toHaveLength(1)
    expect(words.value).toBe('a b')
  })

  it('stands as it was typed for a reader who likes that', () => {
    marksDrawn.value = false
    expect([marked('**a** b'), unmarked('**a** b')]).toEqual([null, '**a** b'])
  })
})
