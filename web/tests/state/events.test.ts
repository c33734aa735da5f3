import { describe, expect, it, vi } from 'vitest'
import { Emitter } from '@/state/events'

interface Events {
  come: { who: number }
  gone: undefined
}

describe('the emitter', () => {
  it('tells all who listen, in the order they came, until they stop', () => {
    const events = new Emitter<Events>()
    const heard: string[] = []
    events.on('come', ({ who }) => heard.push(`one ${who}`))
    const stop = events.on('come', ({ who }) => heard.push(`two ${who}`))
    events.emit('come', { who: 7 })
    stop()
    events.emit('come', { who: 8 })
    events.emit('gone')
    expect(heard).toEqual(['one 7', 'two 7', 'one 8'])
  })

  it('lets the others hear when one of them fails, and shows the failure', () => {
    const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined)
    const events = new Emitter<Events>()
    const heard = vi.fn()
    events.on('gone', () => {
      throw new Error('broken')
    })
    events.on('gone', heard)
    events.emit('gone')
    expect(heard).toHaveBeenCalledOnce()
    expect(later.mock.calls[0][0]).toThrow('broken')
    later.mockRestore()
  })

  it('lets one listen or stop while it tells', () => {
    const events = new Emitter<Events>()
    const late = vi.fn()
    const stop = events.on('gone', () => {
      stop()
      events.on('gone', late)
    })
    events.emit('gone')
    expect(late).not.toHaveBeenCalled()
    events.emit('gone')
    expect(late).toHaveBeenCalledOnce()
  })
})
