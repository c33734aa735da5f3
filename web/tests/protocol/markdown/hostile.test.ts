import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from '@/protocol/markdown/parse'
import type { Block, Inline } from '@/protocol/markdown/tree'

/** By kind; tests/browser/test_markdown.py sends the same to a real browser. */
const path = resolve(__dirname, '../../../../tests/browser/hostile.json')
const hostile = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string[]>

function inlines(blocks: readonly Block[]): Inline[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'words') return within(block.children)
    if (block.kind === 'quote') return inlines(block.children)
    if (block.kind === 'list') return block.items.flatMap((item) => inlines(item.children))
    return block.kind === 'table' ? [block.head, ...block.rows].flat().flatMap(within) : []
  })
}

function within(parts: readonly Inline[]): Inline[] {
  return parts.flatMap((part) => ['children' in part ? within(part.children) : [], part].flat())
}

describe.each(Object.entries(hostile))('%s', (_, texts) => {
  it('are words, and links to where they say', () => {
    for (const text of texts) {
      for (const part of inlines(parse(text) ?? [])) {
        expect(['text', 'strong', 'emphasis', 'deleted', 'code', 'link', 'name']).toContain(part.kind)
        if (part.kind === 'link') expect(part.href).toMatch(/^https?:\/\/[^\s"'<>]+$/)
      }
    }
  })
})

it('are three hundred', () => {
  expect(new Set(Object.values(hostile).flat()).size).toBeGreaterThanOrEqual(300)
})
