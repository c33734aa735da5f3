import { describe, expect, it, vi } from 'vitest'
import { Api, type ApiOptions } from '@/transport/api'
import { ApiError } from '@/transport/errors'
import { dropToken, takeToken } from '@/transport/token'
import { upload, type UploadOptions } from '@/transport/upload'
import { wire } from '../wire'

interface Refusal {
  code: number
  msg: string
  data?: { retry_after: number }
}

const sentences = { network: 'no network', answer: 'no answer', cancelled: 'cancelled' }

function apiThatGets(answer: unknown, options: Partial<ApiOptions> = {}) {
  const fetch = vi.fn(async (_path: string, _request: RequestInit) => {
    if (answer instanceof Error) throw answer
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  const given = { userId: 7, language: () => 'en', sentences: () => sentences, ...options }
  return { fetch, api: new Api({ ...given, fetch: fetch as unknown as typeof globalThis.fetch }) }
}

describe('a call', () => {
  it('names its user and its language', async () => {
    const { api, fetch } = apiThatGets(wire('user').answer)
    const { data } = await api.call('/user/find', { id: 42 })
    expect(data).toMatchObject({ id: 42 })
    const [path, request] = fetch.mock.calls[0]
    expect(path).toBe('/user/find')
    expect(JSON.parse(request.body as string)).toEqual({ userid: 7, id: 42 })
    expect(request.headers).toEqual({ 'Content-Type': 'application/json', 'Accept-Language': 'en' })
    expect(request).toMatchObject({ method: 'POST', credentials: 'same-origin' })
  })

  it('carries the token when the page came with one', async () => {
    const { api, fetch } = apiThatGets({ code: 0 }, { token: 'secret' })
    await api.call('/contact/loadfriend')
    expect(fetch.mock.calls[0][1].headers).toMatchObject({ Authorization: 'Bearer secret' })
  })

  it.each<Refusal>(wire('refusals').answers)('says why it was refused: $code', async (answer) => {
    const { api } = apiThatGets(answer)
    const error = await api.call('/x').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: answer.code, message: answer.msg, retryAfter: answer.data?.retry_after ?? 0 })
  })

  it('tells once that the session has ended', async () => {
    const onSessionLost = vi.fn()
    const { api } = apiThatGets({ code: -401, msg: '请先登录' }, { onSessionLost })
    await expect(api.call('/x')).rejects.toMatchObject({ code: -401 })
    await expect(api.call('/x')).rejects.toMatchObject({ code: -401 })
    expect(onSessionLost).toHaveBeenCalledOnce()
  })

  it('does not take a wrong password for an ended session', async () => {
    const onSessionLost = vi.fn()
    const { api } = apiThatGets({ code: -401, msg: '' }, { userId: 0, onSessionLost })
    await expect(api.call('/user/login')).rejects.toMatchObject({ code: -401 })
    expect(onSessionLost).not.toHaveBeenCalled()
  })

  it('has a sentence for no network and for an answer that is none', async () => {
    await expect(apiThatGets(new TypeError('failed')).api.call('/x')).rejects.toMatchObject({
      code: -1000,
      message: 'no network',
      passing: true,
    })
    for (const body of ['<html>', '[]', '{"msg":""}', '']) {
      await expect(apiThatGets(body).api.call('/x')).rejects.toMatchObject({ message: 'no answer' })
    }
  })
})

describe('the token in the address', () => {
  function tab(href: string) {
    const kept = new Map<string, string>()
    const replaceState = vi.fn()
    return {
      replaceState,
      kept,
      location: { href },
      history: { state: null, replaceState },
      sessionStorage: {
        getItem: (name: string) => kept.get(name) ?? null,
        setItem: (name: string, value: string) => void kept.set(name, value),
      },
    }
  }

  it('leaves the address bar and stays in this tab', () => {
    const opened = tab('http://a/chat/index.shtml?id=7&token=secret#/c/10/42')
    expect(takeToken(7, opened)).toBe('secret')
    expect(String(opened.replaceState.mock.calls[0][2])).toBe('http://a/chat/index.shtml?id=7#/c/10/42')
    const reloaded = { ...tab('http://a/chat/index.shtml?id=7'), sessionStorage: opened.sessionStorage }
    expect(takeToken(7, reloaded)).toBe('secret')
    expect(takeToken(8, reloaded)).toBe('')
    dropToken(7, { removeItem: (name) => void opened.kept.delete(name) })
    expect(takeToken(7, reloaded)).toBe('')
  })
})

describe('an upload', () => {
  class FakeRequest {
    upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
    headers: Record<string, string> = {}
    form: FormData | undefined
    status = 200
    responseText = ''
    onload?: () => void
    onerror?: () => void
    onabort?: () => void
    open = vi.fn()
    setRequestHeader = (name: string, value: string) => (this.headers[name] = value)
    send = (form: FormData) => (this.form = form)
    abort = () => this.onabort?.()

    answers(answer: unknown): void {
      this.responseText = JSON.stringify(answer)
      this.onload?.()
    }
  }

  function begin(more: Partial<UploadOptions> = {}) {
    const request = new FakeRequest()
    const options = { file: new Blob(['x']), name: 'Photo.PNG', userId: 7, language: 'zh', sentences, ...more }
    const done = upload({ ...options, request: () => request as unknown as XMLHttpRequest })
    return { request, done }
  }

  it('names the user before the file, tells its progress and gives the address', async () => {
    const progress: number[][] = []
    const { request, done } = begin({ onProgress: (...step) => progress.push(step) })
    expect([...request.form!.keys()]).toEqual(['userid', 'filetype', 'file'])
    expect(request.form!.get('filetype')).toBe('.png')
    request.upload.onprogress?.({ loaded: 1, total: 2 })
    request.answers({ code: 0, msg: '', data: '/mnt/a.png', pic: '/mnt/a_s.png', type: 'image', frames: 24 })
    await expect(done).resolves.toEqual({ url: '/mnt/a.png', pic: '/mnt/a_s.png', type: 'image', frames: 24 })
    expect(progress).toEqual([[1, 2]])
  })

  it('asks before the file that it be kept bit for bit', async () => {
    const { request, done } = begin({ raw: true })
    expect([...request.form!.entries()].slice(0, 2)).toContainEqual(['raw', '1'])
    request.answers({ code: 0, msg: '', data: '/mnt/a.bin' })
    await expect(done).resolves.toEqual({ url: '/mnt/a.bin', pic: '', type: '', frames: 0 })
  })

  it('can be cancelled, may fail, may be refused', async () => {
    const abort = new AbortController()
    const cancelled = begin({ signal: abort.signal })
    abort.abort()
    await expect(cancelled.done).rejects.toMatchObject({ message: 'cancelled' })
    const failed = begin()
    failed.request.onerror?.()
    await expect(failed.done).rejects.toMatchObject({ message: 'no network' })
    const refused = begin()
    refused.request.answers({ code: -413, msg: '文件太大' })
    await expect(refused.done).rejects.toMatchObject({ code: -413, message: '文件太大' })
    const odd = begin()
    odd.request.answers({ code: 0, msg: '', data: { url: '/mnt/a.png' } })
    await expect(odd.done).rejects.toMatchObject({ message: 'no answer' })
  })
})
