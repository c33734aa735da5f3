import { describe, expect, it } from 'vitest'
import { bytesText, durationText, moneyText, progressText } from '@/features/media/format'
import { fitBox, inventPeaks, readPeaks, readSize, withFrames, writePeaks, writeSize } from '@/features/media/memo'
import { moves } from '@/features/media/moving'
import { isSlim } from '@/ui/slim'

describe('what a memo keeps', () => {
  it('gives back the size and the peaks it was given', () => {
    expect(readSize(writeSize({ width: 1280, height: 960 }))).toEqual({ width: 1280, height: 960 })
    const peaks = Array.from({ length: 20 }, (_, index) => index / 20)
    const read = readPeaks(writePeaks(peaks))!
    expect(read.every((peak, index) => Math.abs(peak - peaks[index]) < 0.02)).toBe(true)
  })

  it('tells which pictures move', () => {
    expect(withFrames('480x270', 24)).toBe('480x270x24')
    expect(withFrames('480x270', 1)).toBe('480x270')
    expect(readSize('480x270x24')).toEqual({ width: 480, height: 270 })
    expect(moves({ memo: '480x270x24', url: '/mnt/a.webp' }) && moves({ url: '/mnt/a.gif' })).toBe(true)
    expect(moves({ memo: '480x270', url: '/mnt/a.webp' })).toBe(false)
  })

  it('takes nothing from a memo of another shape', () => {
    expect(readSize('0x0')).toBeNull()
    expect(readSize('a nice picture')).toBeNull()
    expect(readPeaks('~<script>')).toBeNull()
  })

  it('draws a picture within its box, and never as a sliver', () => {
    expect(fitBox({ width: 4000, height: 3000 }, 240, 300)).toEqual({ width: 240, height: 180 })
    expect(fitBox({ width: 1080, height: 12000 }, 240, 300)).toEqual({ width: 120, height: 300 })
    expect(fitBox({ width: 9000, height: 900 }, 240, 300)).toEqual({ width: 240, height: 96 })
    expect(fitBox({ width: 10, height: 4000 }, 240, 300)).toEqual({ width: 96, height: 72 })
    expect(isSlim({ width: 1080, height: 12000 }) && !isSlim({ width: 1080, height: 2400 })).toBe(true)
  })

  it('invents the same bars for the same voice', () => {
    expect(inventPeaks('/mnt/a.webm', 24)).toEqual(inventPeaks('/mnt/a.webm', 24))
    expect(inventPeaks('/mnt/a.webm', 24).every((peak) => peak > 0 && peak <= 1)).toBe(true)
  })
})

describe('numbers in words', () => {
  it('tells sizes, progress, lengths and money', () => {
    expect([bytesText(512), bytesText(48_200), bytesText(4_823_456)]).toEqual(['512 B', '48 KB', '4.8 MB'])
    expect(progressText(3_100_000, 4_800_000)).toBe('3.1 / 4.8 MB')
    expect(progressText(5_000_000, 4_800_000)).toBe('4.8 / 4.8 MB')
    expect([durationText(7), durationText(83.4)]).toEqual(['0:07', '1:23'])
    expect(moneyText(888)).toBe('¥ 8.88')
  })
})
