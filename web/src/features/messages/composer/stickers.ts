/** Sticker packs of this server, read once: `/asset/stickers/index.json` and each pack's `info.json`. */

export interface Sticker {
  name: string
  name_en: string
  url: string
}

export interface StickerPack {
  id: string
  name: string
  name_en: string
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

interface Info {
  id: string
  name: string
  name_en?: string
  icon: string
  stickers: { name: string; name_en?: string; file: string }[]
}

async function readPack(id: string): Promise<StickerPack> {
  const info = await getJson<Info>(`${ROOT}/${encodeURIComponent(id)}/info.json`)
  const url = (file: string) => `${ROOT}/${encodeURIComponent(id)}/${encodeURIComponent(file)}`
  return {
    id: info.id,
    name: info.name,
    name_en: info.name_en ?? info.name,
    icon: url(info.icon),
    stickers: info.stickers.map((sticker) => ({
      name: sticker.name,
      name_en: sticker.name_en ?? sticker.name,
      url: url(sticker.file),
    })),
  }
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
