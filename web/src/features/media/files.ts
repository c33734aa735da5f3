/** Chosen files to drafts of messages: which kind each is, how large it will be drawn, a poster for films. */
import { Media } from '@/protocol/codes'
import { writeSize, type Size } from './memo'
import { fitting } from './shrink'
import type { FileDraft } from './draft'

/** Kinds the server keeps as pictures; any other image goes as a file. */
const PICTURES = /^image\/(jpeg|png|gif|webp)$/
/** Longest side of a poster, pixels. */
const POSTER = 640
/** A film that tells nothing within this time goes without a poster, ms. */
const PATIENCE = 8000

/**
 * The draft of one file; `asFile`: even a picture goes as it is, under its name. A photo of more than
 * `mostBytes` (0: nobody knows) is made smaller.
 */
export async function draftOf(file: File, asFile: boolean, mostBytes: number): Promise<FileDraft> {
  const plain: FileDraft = { file, name: file.name || 'file', media: Media.File }
  if (asFile || file.size === 0) return plain
  try {
    if (PICTURES.test(file.type)) {
      const picture = await fitting(file, mostBytes)
      return { file: picture, name: file.name, media: Media.Image, memo: writeSize(await sizeOf(picture)) }
    }
    if (file.type.startsWith('video/')) return { file, name: file.name, media: Media.Video, ...(await filmOf(file)) }
  } catch {
    // It can't be drawn here; somebody else may be able to open it.
  }
  return plain
}

async function sizeOf(file: Blob): Promise<Size> {
  const picture = await createImageBitmap(file)
  const { width, height } = picture
  picture.close()
  return { width, height }
}

/** Length, size and first picture of a film. Rejects when the browser can't play it. */
async function filmOf(file: Blob): Promise<Pick<FileDraft, 'seconds' | 'memo' | 'poster'>> {
  const url = URL.createObjectURL(file)
  const film = document.createElement('video')
  film.muted = true
  film.playsInline = true
  film.preload = 'auto'
  try {
    await new Promise<void>((resolve, reject) => {
      film.addEventListener('loadeddata', () => resolve(), { once: true })
      film.addEventListener('error', () => reject(new Error('not a film')), { once: true })
      setTimeout(() => reject(new Error('not a film')), PATIENCE)
      film.src = url
    })
    const { videoWidth: width, videoHeight: height, duration } = film
    if (!width) throw new Error('no picture')
    const scale = Math.min(1, POSTER / Math.max(width, height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    canvas.getContext('2d')?.drawImage(film, 0, 0, canvas.width, canvas.height)
    const poster = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8))
    return {
      seconds: Number.isFinite(duration) ? Math.round(duration) : undefined,
      memo: writeSize({ width, height }),
      poster: poster ?? undefined,
    }
  } finally {
    film.removeAttribute('src')
    URL.revokeObjectURL(url)
  }
}
