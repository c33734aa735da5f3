import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { limits } from '@/protocol/limits'
import { newCid, problemOf } from '@/protocol/messages'

const root = resolve(__dirname, '../../src')

describe('limits', () => {
  it('stand one a line, sorted, as the server’s generator writes them', () => {
    const [, ...lines] = readFileSync(join(root, 'protocol/limits.ts'), 'utf8').trimEnd().split('\n')
    const names = Object.keys(limits)
    expect(names).toEqual([...names].sort())
    const written = Object.entries(limits).map(([name, value]) => `  ${name}: ${value},`)
    expect(lines).toEqual(['export const limits = {', ...written, '} as const'])
    expect(Object.values(limits).every(Number.isSafeInteger)).toBe(true)
  })

  it('are all used, here or in the page, and no field has a number of its own', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|vue)$/.test(file))
    const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
    const all = [...texts, readFileSync(__filename, 'utf8')].join('\n')
    const unused = Object.keys(limits).filter(
      (name) => !new RegExp(`limits\\.${name}\\b|\\b${name}: \\w+[^}]*\\} = limits`).test(all),
    )
    expect(unused).toEqual([])
    expect(texts.filter((text) => /maxlength(=|: *)"?\d/i.test(text))).toEqual([])
  })

  it('hold for what the page makes itself', () => {
    expect(newCid(Date.now()).length).toBeLessThanOrEqual(limits.cid)
    const at = Array.from({ length: limits.at + 1 }, (_, index) => index + 1)
    expect(problemOf({ media: 1, content: 'x', at })).toBe('at')
    expect(problemOf({ media: 1, content: 'x', at: at.slice(1) })).toBeNull()
  })
})
