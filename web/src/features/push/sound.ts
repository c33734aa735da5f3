/** The sound of a new message: two notes of our own, played by the browser's synthesizer. */

/** Hz, and seconds from the beginning. */
const notes = [
  [880, 0],
  [1318.5, 0.11],
] as const
const LOUD = 0.12
const LASTS = 0.32
/** Milliseconds for which the browser may make up its mind. */
const PATIENCE = 300

/** Asked anew: the compiler holds that nothing has changed. */
const isStill = ({ state }: AudioContext): boolean => state !== 'running'

let context: AudioContext | undefined

/** Nothing is heard before the reader has touched the page: browsers want it so. */
export async function play(): Promise<void> {
  if (!('AudioContext' in window)) return
  context ??= new AudioContext()
  if (context.state !== 'running') {
    // It may wait for a touch; a sound that comes then would be about nothing.
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE))
    await Promise.race([context.resume(), late])
    if (isStill(context)) return
  }
  const now = context.currentTime
  for (const [pitch, after] of notes) {
    const tone = new OscillatorNode(context, { type: 'sine', frequency: pitch })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, now + after)
    volume.gain.linearRampToValueAtTime(LOUD, now + after + 0.012)
    volume.gain.exponentialRampToValueAtTime(0.0001, now + after + LASTS)
    tone.connect(volume).connect(context.destination)
    tone.start(now + after)
    tone.stop(now + after + LASTS)
  }
}
