import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useConnection } from '@/features/connection/connection'
import { uploadFile } from '@/features/media/uploadFile'
import { useUploads } from '@/features/media/uploads'
import { Code, Media } from '@/protocol/codes'
import { useLive } from '@/state/live'
import { ApiError } from '@/transport/errors'
import { server, settle, stubSocket, usePage } from '../../fake-page'

vi.mock('@/features/media/uploadFile', () => ({ uploadFile: vi.fn() }))
const send = vi.mocked(uploadFile)

usePage()

beforeEach(() => {
  send.mockReset()
  send.mockResolvedValue({ url: '/mnt/a.png', pic: '', type: 'image', frames: 1 })
  vi.stubGlobal(
    'Image',
    class {
      src = ''
      decode = () => Promise.resolve()
    },
  )
})

const file = (name: string) => ({ file: new File(['x'], name), name, media: Media.File })
const sent = () => server.rows('10/42').filter(({ userid }) => userid === 7)

function loseNetwork() {
  stubSocket(() => ({ send: () => undefined, close: () => undefined }))
  server.cut()
}

async function findNetwork() {
  stubSocket(() => server.connect())
  while (useConnection().state !== 'online') await vi.advanceTimersByTimeAsync(500)
  await settle()
}

describe('files', () => {
  it('chosen without a network wait for it, and go in their order', async () => {
    loseNetwork()
    await settle()
    useUploads().add('10/42', file('a'))
    useUploads().add('10/42', file('b'))
    await settle(60_000)
    expect(send).not.toHaveBeenCalled()
    expect([...useUploads().items.values()].every(({ reason }) => reason === undefined)).toBe(true)
    await findNetwork()
    expect(sent().map(({ content }) => content)).toEqual(['a', 'b'])
    expect(useUploads().items.size).toBe(0)
  })

  it('go on after an answer that got lost, and are one message', async () => {
    send.mockRejectedValueOnce(new ApiError(Code.Network, 'no network'))
    useUploads().add('10/42', file('a'))
    await settle(10_000)
    expect(send).toHaveBeenCalledTimes(2)
    expect(sent()).toHaveLength(1)
  })

  it('that are gone when their message comes are uploaded once more', async () => {
    server.gone.add('/mnt/a.png')
    send.mockResolvedValueOnce({ url: '/mnt/a.png', pic: '', type: 'image', frames: 1 })
    send.mockResolvedValue({ url: '/mnt/b.png', pic: '', type: 'image', frames: 1 })
    useUploads().add('10/42', file('a'))
    await settle(5_000)
    expect(sent().map(({ url }) => url)).toEqual(['/mnt/b.png'])
    expect(useUploads().items.size).toBe(0)
  })

  it('that are gone again stand as refused, with the reason', async () => {
    server.gone.add('/mnt/a.png')
    useUploads().add('10/42', file('a'))
    await settle(5_000)
    expect(send).toHaveBeenCalledTimes(2)
    expect(useLive().engine?.outbox.items.map(({ code }) => code)).toEqual([Code.NotFound])
  })

  it('have failed when a working connection brings them no further, and can be tried again', async () => {
    send.mockRejectedValue(new ApiError(Code.Network, 'no network'))
    useUploads().add('10/42', file('a'))
    await settle(60_000)
    const [item] = useUploads().items.values()
    expect(item).toMatchObject({ reason: 'no network', final: false })
    send.mockResolvedValue({ url: '/mnt/a.png', pic: '', type: 'image', frames: 1 })
    useUploads().retry(item.cid)
    await settle()
    expect(sent()).toHaveLength(1)
  })

  it('that the server can never take offer no other try, and hold nobody up', async () => {
    send.mockRejectedValueOnce(new ApiError(Code.TooLarge, 'too large'))
    useUploads().add('10/42', file('a'))
    useUploads().add('10/42', file('b'))
    await settle(10_000)
    const [item] = useUploads().items.values()
    expect(item).toMatchObject({ reason: 'too large', final: true })
    useUploads().retry(item.cid)
    await settle()
    expect(send).toHaveBeenCalledTimes(2)
    expect(sent().map(({ content }) => content)).toEqual(['b'])
    useUploads().remove(item.cid)
    expect(useUploads().items.size).toBe(0)
  })
})
