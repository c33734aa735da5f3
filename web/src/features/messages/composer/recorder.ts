/** Records a voice with MediaRecorder: live level, seconds, peaks for the wave, a stop by itself at 60 s. */
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'

export interface Recording {
  blob: Blob
  seconds: number
  /** Levels 0…1, one for each bar of the wave. */
  peaks: number[]
}

export const LONGEST = 60
const SHORTEST = 1
const BARS = 36
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

/** Why nothing was recorded: no access, too short, or the reader cancelled. */
export type Refused = 'insecure' | 'denied' | 'short' | 'cancelled'

export function useRecorder(onFull: () => void) {
  const recording = ref(false)
  const elapsed = ref(0)
  const levels = shallowRef<number[]>([])
  /** Seconds left once they are ten or fewer, else 0. */
  const left = computed(() => (LONGEST - elapsed.value <= 10 ? Math.max(0, Math.ceil(LONGEST - elapsed.value)) : 0))

  let recorder: MediaRecorder | null = null
  let stream: MediaStream | null = null
  let audio: AudioContext | null = null
  let frame = 0
  let wanted = false

  function release() {
    cancelAnimationFrame(frame)
    stream?.getTracks().forEach((track) => track.stop())
    void audio?.close()
    recorder = stream = audio = null
    recording.value = false
  }

  /** Reads the loudness ten times a second. */
  function listen(source: MediaStream, began: number) {
    audio = new AudioContext()
    const analyser = audio.createAnalyser()
    analyser.fftSize = 1024
    audio.createMediaStreamSource(source).connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    const read = () => {
      frame = requestAnimationFrame(read)
      elapsed.value = (performance.now() - began) / 1000
      if (levels.value.length < elapsed.value * 10) {
        analyser.getFloatTimeDomainData(samples)
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
        levels.value = [...levels.value, Math.min(1, Math.sqrt(power) * 3.2)]
      }
      if (elapsed.value >= LONGEST) onFull()
    }
    read()
  }

  /** Asks for the microphone and begins. Resolves to why not, or null when it records. */
  async function start(): Promise<Refused | null> {
    if (!navigator.mediaDevices || typeof MediaRecorder === 'undefined') return 'insecure'
    wanted = true
    elapsed.value = 0
    levels.value = []
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
    } catch {
      return 'denied'
    }
    // The finger left while the browser was asking.
    if (!wanted) {
      release()
      return 'cancelled'
    }
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
    recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32_000 })
    recorder.start()
    recording.value = true
    listen(stream, performance.now())
    return null
  }

  /** Ends the recording and hands it over. */
  async function stop(): Promise<Recording | Refused> {
    wanted = false
    const active = recorder
    if (!active) return 'cancelled'
    const seconds = Math.min(LONGEST, elapsed.value)
    const parts: Blob[] = []
    const ended = new Promise((resolve) => active.addEventListener('stop', resolve, { once: true }))
    active.addEventListener('dataavailable', (event) => parts.push(event.data))
    active.stop()
    await ended
    const blob = new Blob(parts, { type: active.mimeType.split(';')[0] })
    const peaks = peaksOf(levels.value)
    release()
    return seconds < SHORTEST ? 'short' : { blob, seconds: Math.max(1, Math.round(seconds)), peaks }
  }

  function cancel() {
    wanted = false
    recorder?.stop()
    release()
  }

  onBeforeUnmount(cancel)
  return { recording, elapsed, levels, left, start, stop, cancel }
}

/** Folds the levels into one bar each, scaled so that the loudest fills the height. */
function peaksOf(levels: number[]): number[] {
  const count = Math.min(BARS, Math.max(16, levels.length))
  const loudest = Math.max(0.05, ...levels)
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / count)
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / count))
    return Math.max(0.06, Math.max(0, ...levels.slice(from, to)) / loudest)
  })
}
