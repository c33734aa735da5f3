/** Sticker packs of this server, read once: `/asset/stickers/index.json` and each pack's `info.json`. */

import type { Language } from '@/i18n'

/** `name` is Chinese; other languages stand beside it as `name_en`, `name_…`. */
interface Named {
  name: string
  [translated: `name_${string}`]: string | undefined
}

export interface Sticker extends Named {
  url: string
}

export interface StickerPack extends Named {
  id: string
  icon: string
  stickers: Sticker[]
}

const ROOT = '/asset/stickers'
let packs: Promise<StickerPack[]> | undefined

async function getJson<T>(path: string): Promise<T> {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return (await answer.json()) as T
}

interface Info extends Named {
  id: string
  icon: string
  stickers: (Named & { file: string })[]
}

async function readPack(id: string): Promise<StickerPack> {
  const info = await getJson<Info>(`${ROOT}/${encodeURIComponent(id)}/info.json`)
  const url = (file: string) => `${ROOT}/${encodeURIComponent(id)}/${encodeURIComponent(file)}`
  return {
    ...info,
    icon: url(info.icon),
    stickers: info.stickers.map((sticker) => ({ ...sticker, url: url(sticker.file) })),
  }
}

/** The name of a pack or sticker in a language; in English, or in Chinese, when it has none there. */
export function nameIn(item: Named, language: Language): string {
  const translated = language === 'zh' ? item.name : item[`name_${language}`]
  return translated ?? item.name_en ?? item.name
}

/** The packs; a broken one is left out. */
export function stickerPacks(): Promise<StickerPack[]> {
  packs ??= (async () => {
    const index = await getJson<{ packs: string[] }>(`${ROOT}/index.json`)
    const read = await Promise.allSettled(index.packs.map(readPack))
    return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  })()
  packs.catch(() => (packs = undefined))
  return packs
}
