/** The reader's own stickers, the newest first; asked for anew whenever they are looked at, as other devices have them, too. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { moves } from '@/features/media/moving'
import { avatarOf } from '@/features/media/shrink'
import { uploadFile } from '@/features/media/uploadFile'
import { t } from '@/i18n'
import { mui } from '@/mui'
import { Code, Media } from '@/protocol/codes'
import { parseRows } from '@/protocol/guards'
import type { Message } from '@/protocol/messages'
import { parseSticker, stickerIn, type OwnSticker } from '@/protocol/stickers'
import { useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'

export const useStickers = defineStore('stickers', () => {
  const live = useLive()
  const rows = shallowRef<readonly OwnSticker[]>([])
  const loaded = shallowRef(false)
  /** Pictures that are on their way. */
  const coming = shallowRef(0)

  async function load(): Promise<void> {
    rows.value = parseRows((await live.api.call('/sticker/list')).rows, parseSticker)
    loaded.value = true
  }

  async function keep(url: string): Promise<void> {
    const sticker = parseSticker((await live.api.call('/sticker/add', { url })).data)
    if (sticker) rows.value = [sticker, ...rows.value.filter(({ id }) => id !== sticker.id)]
  }

  /** Keeps the picture of a message; a large photo as a small copy of it. Says so. */
  async function keepFrom(message: Message): Promise<void> {
    const url = stickerIn(message)
    await keep((message.media === Media.Image && !moves(message) && (await smallCopy(url))) || url)
    mui.toast(t('sticker.kept'))
  }

  /** Keeps a picture of this device. */
  async function add(file: File): Promise<void> {
    coming.value += 1
    try {
      const stored = await uploadFile(await avatarOf(file), file.name || 'sticker.png')
      if (stored.type === 'image') await keep(stored.url)
      else mui.toast(t('field.noPicture'), 'error')
    } finally {
      coming.value -= 1
    }
  }

  async function remove({ id }: OwnSticker): Promise<void> {
    try {
      await live.api.call('/sticker/remove', { id })
    } catch (error) {
      // Another device was quicker.
      if (!(error instanceof ApiError && error.code === Code.NotFound)) throw error
    }
    rows.value = rows.value.filter((row) => row.id !== id)
  }

  live.events.on('forget', () => {
    rows.value = []
    loaded.value = false
  })

  return { rows, loaded, coming, load, keep, keepFrom, add, remove }
})

/** Address of a small copy of a large picture; '' when it is small already, or cannot be had from its place. */
async function smallCopy(url: string): Promise<string> {
  let large: Blob
  try {
    large = await (await fetch(url)).blob()
  } catch {
    return ''
  }
  const small = await avatarOf(large)
  return small === large ? '' : (await uploadFile(small, 'sticker.png')).url
}
