import { afterEach, beforeEach, expect, it, vi } from 'vitest'

/** A tab with its address; the module is made anew for each, as a page is. */
async function pages(hash: string, search = '') {
  vi.resetModules()
  const at = { hash, search, origin: 'https://chat.example', replace: vi.fn(), assign: vi.fn() }
  vi.stubGlobal('location', at)
  return { at, ...(await import('@/state/pages')) }
}

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  })
})
afterEach(() => vi.unstubAllGlobals())

it('who follows the link of a card and has to log in comes to it then, once', async () => {
  const first = await pages('#/u/42')
  first.leaveForLogin()
  expect(first.at.replace).toHaveBeenCalledWith('/user/login.shtml')
  const login = await pages('')
  login.enterChat(7)
  expect(login.at.assign).toHaveBeenCalledWith('/chat/index.shtml?id=7#/u/42')
  const again = await pages('')
  again.enterChat(7)
  expect(again.at.assign).toHaveBeenCalledWith('/chat/index.shtml?id=7')
})

it('other places are not come back to: the next one may be somebody else', async () => {
  const first = await pages('#/c/10/42')
  first.leaveForLogin()
  const login = await pages('')
  login.enterChat(7)
  expect(login.at.assign).toHaveBeenCalledWith('/chat/index.shtml?id=7')
})

it('a link of a card is for whoever is logged in here', async () => {
  expect((await pages('#/u/42')).userOfPage([7, 8])).toBe(7)
  expect((await pages('#/u/42', '?id=8')).userOfPage([7, 8])).toBe(8)
  expect((await pages('#/u/42')).userOfPage([])).toBe(0)
  expect((await pages('#/')).userOfPage([7])).toBe(0)
  expect((await pages('')).cardLink(42)).toBe('https://chat.example/chat/index.shtml#/u/42')
})
