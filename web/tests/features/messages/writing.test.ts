import { describe, expect, it } from 'vitest'
import { filesIn, hasFolder, type Given } from '@/features/messages/composer/clipboard'
import { excessOf, fileNameOf } from '@/features/messages/composer/length'
import { fileProblem } from '@/features/messages/files'

const picture = new File(['x'], 'image.png', { type: 'image/png' })
const photo = new File(['x'], '假期 1.jpg', { type: 'image/jpeg' })

function given(files: File[], text = '', html = ''): Given {
  return {
    files: files as unknown as FileList,
    getData: (kind: string) => (kind === 'text/plain' ? text : kind === 'text/html' ? html : ''),
  }
}

describe('what is pasted', () => {
  it('is a picture when there is nothing else', () => {
    expect(filesIn(given([picture]))).toEqual([picture])
    expect(filesIn(given([picture], '', '<meta charset="utf-8"><img src="https://a.example/a.png">'))).toEqual([
      picture,
    ])
    expect(filesIn(given([picture], 'https://a.example/a.png', '<img src="a.png" alt="x">'))).toEqual([picture])
  })

  it('is the text of cells and of a word processor, not the picture of them', () => {
    expect(filesIn(given([picture], '苹果\t12', '<table><tr><td>苹果<td>12</table>'))).toEqual([])
    expect(filesIn(given([picture], '一段话', '<p>一段话<img src="x"></p>'))).toEqual([])
    expect(filesIn(given([picture], '一段话'))).toEqual([])
  })

  it('is the files when the text only names them', () => {
    expect(filesIn(given([photo], '假期 1.jpg'))).toEqual([photo])
    expect(filesIn(given([photo, picture], '/home/a/假期 1.jpg\nfile:///home/a/image.png'))).toEqual([photo, picture])
    expect(filesIn(given([photo], 'file:///a/%E5%81%87%E6%9C%9F%201.jpg'))).toEqual([photo])
  })

  it('knows a folder', () => {
    const items = (isDirectory: boolean) =>
      [{ kind: 'file', webkitGetAsEntry: () => ({ isDirectory }) }] as unknown as DataTransferItemList
    expect(hasFolder({ items: items(true) })).toBe(true)
    expect(hasFolder({ items: items(false) })).toBe(false)
  })
})

describe('a long text', () => {
  it('fits when its frame does, in whatever script', () => {
    expect(excessOf('a'.repeat(65_000))).toBe(0)
    expect(excessOf('字'.repeat(21_000))).toBe(0)
    expect(excessOf('')).toBe(0)
  })

  it('is counted in characters beyond the bound, quoted as they go out', () => {
    expect(excessOf('字'.repeat(22_000))).toBeGreaterThan(200)
    expect(excessOf('"'.repeat(40_000))).toBeGreaterThan(1_000)
    expect(excessOf('a'.repeat(70_000))).toBeGreaterThan(4_000)
  })

  it('gets a file name from its first words that every system takes', () => {
    expect(fileNameOf('  会议纪要：第 1/2 次\n内容')).toBe('会议纪要：第 1 2 次.txt')
    expect(fileNameOf('???\n')).toBe('text.txt')
    expect(fileNameOf('👍'.repeat(40))).toBe(`${'👍'.repeat(24)}.txt`)
  })
})

it('a file that is empty or too large is told in a sentence', () => {
  expect(fileProblem('a.txt', 0, 0)).toContain('a.txt')
  expect(fileProblem('a.txt', 34 << 20, 32 << 20)).toContain('32 MB')
  expect(fileProblem('a.txt', 32 << 20, 32 << 20)).toBe('')
  expect(fileProblem('a.txt', 34 << 20, 0)).toBe('')
})
