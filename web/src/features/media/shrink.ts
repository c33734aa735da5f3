/** Pictures made smaller before they are sent, by the browser's own decoder. */

/** Longest side of a person's or group's picture: it is drawn with at most 176 pixels, at threefold density. */
const AVATAR_EDGE = 640
/** A picture of so many bytes is sent as it is. */
const AVATAR_BYTES = 256 * 1024
/** So is a small animation, which a canvas would stop. */
const MOVING_BYTES = 1024 * 1024
/** Pixels of a photo that was too large to be sent: what a phone shows. */
const PHOTO_PIXELS = 12_000_000

/** A picture of a person or group, ready to be sent: small, and upright as its EXIF says. */
export async function avatarOf(file: Blob): Promise<Blob> {
  const most = /^image\/(?:gif|webp)$/.test(file.type) ? MOVING_BYTES : AVATAR_BYTES
  if (file.size <= most) return file
  return shrunk(file, (width, height) => AVATAR_EDGE / Math.max(width, height))
}

/** A photo of more than `mostBytes` made smaller, anything else as it is. */
export async function fitting(file: File, mostBytes: number): Promise<File> {
  if (mostBytes <= 0 || file.size <= mostBytes || file.type !== 'image/jpeg') return file
  const small = await shrunk(file, (width, height) => Math.sqrt(PHOTO_PIXELS / (width * height)))
  return new File([small], file.name, { type: small.type, lastModified: file.lastModified })
}

/** What this browser can't decode stays as it is: the server says what is wrong with it. */
async function shrunk(file: Blob, scaleFor: (width: number, height: number) => number): Promise<Blob> {
  let picture: ImageBitmap | undefined
  try {
    picture = await createImageBitmap(file)
    const scale = Math.min(1, scaleFor(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(picture.width * scale))
    canvas.height = Math.max(1, Math.round(picture.height * scale))
    const context = canvas.getContext('2d')
    if (!context) return file
    context.imageSmoothingQuality = 'high'
    context.drawImage(picture, 0, 0, canvas.width, canvas.height)
    // What shines through a photo is nothing; elsewhere it stays.
    const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/png'
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.9))
    return small && small.size < file.size ? small : file
  } catch {
    return file
  } finally {
    picture?.close()
  }
}
