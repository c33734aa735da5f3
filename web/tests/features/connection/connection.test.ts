import { describe, expect, it, vi } from 'vitest'
import { useConnection } from '@/features/connection/connection'
import { server, settle, stubSocket, usePage } from '../../fake-page'

usePage()

describe('the connection', () => {
  it('is spoken of after two seconds offline, and for a second after it is back', async () => {
    const connection = useConnection()
    expect(connection).toMatchObject({ state: 'online', troubled: false, attempts: 0 })
    stubSocket(() => ({ send: () => undefined, close: () => undefined }))
    server.cut()
    await settle(1_500)
    expect(connection.troubled).toBe(false)
    await settle(1_000)
    expect(connection).toMatchObject({ troubled: true, recovered: false })
    stubSocket(() => server.connect())
    while (connection.state !== 'online') await vi.advanceTimersByTimeAsync(100)
    expect(connection).toMatchObject({ troubled: false, recovered: true })
    await settle(1_500)
    expect(connection.recovered).toBe(false)
  })
})
