import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mui } from '@/mui'
import { choose, fail, openDialog, shown } from '@/ui/dialogs'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.runAllTimers()
  vi.useRealTimers()
})

const top = () => shown.dialogs.at(-1)!

describe('a dialog', () => {
  it('resolves with the answer, or with null when it is turned down', async () => {
    const asked = mui.prompt('昵称')
    top().finish('小安')
    expect(await asked).toBe('小安')
    const confirmed = mui.confirm('确定？')
    top().finish(null)
    expect(await confirmed).toBe(false)
    expect(shown.dialogs).toEqual([])
  })

  it('answers once, and the one below stays', async () => {
    const below = openDialog<string>({}, {})
    const above = choose('选择', [{ value: 7, label: '七' }])
    const { finish } = top()
    finish(7)
    finish(8)
    expect(await above).toBe(7)
    expect(shown.dialogs).toHaveLength(1)
    top().finish('done')
    expect(await below).toBe('done')
  })

  it('that acts on the answer stays, with what was written, until that is done; a second press does nothing', async () => {
    const act = vi.fn<(text: string) => Promise<void>>()
    act.mockRejectedValueOnce(new Error('网络不可用'))
    const asked = mui.prompt('昵称', { act })
    const { finish } = top()
    finish('小安')
    finish('小安')
    await vi.advanceTimersByTimeAsync(1)
    expect(act.mock.calls).toEqual([['小安']])
    expect(shown.dialogs).toHaveLength(1)
    expect(shown.toasts.at(-1)).toMatchObject({ text: '网络不可用', kind: 'error' })
    act.mockResolvedValueOnce()
    finish('')
    expect(await asked).toBe('')
    expect(shown.dialogs).toEqual([])
    const turnedDown = mui.prompt('昵称', { act })
    top().finish(null)
    expect(await turnedDown).toBe(null)
    expect(act).toHaveBeenCalledTimes(2)
  })

  it('closes by a tap beside it only when no text would be lost', () => {
    void mui.alert('好的')
    void mui.prompt('昵称')
    expect(shown.dialogs.map(({ light }) => light)).toEqual([true, false])
    for (const { finish } of [...shown.dialogs]) finish(null)
  })
})

describe('a toast', () => {
  it('stays for a while, an error a little longer, and the same words stand once', () => {
    mui.toast('已保存')
    mui.toast('已保存')
    fail(new Error('网络不可用'))
    expect(shown.toasts.map(({ text, kind }) => [text, kind])).toEqual([
      ['已保存', 'info'],
      ['网络不可用', 'error'],
    ])
    vi.advanceTimersByTime(2_500)
    expect(shown.toasts.map(({ text }) => text)).toEqual(['网络不可用'])
    vi.advanceTimersByTime(2_000)
    expect(shown.toasts).toEqual([])
  })
})
