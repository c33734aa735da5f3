/** Voices play one at a time: starting one pauses the other. */
let current: HTMLMediaElement | null = null

/** Plays this sound and pauses whichever played before. */
export async function playAlone(media: HTMLMediaElement): Promise<void> {
  if (current !== media) current?.pause()
  current = media
  await media.play()
}
