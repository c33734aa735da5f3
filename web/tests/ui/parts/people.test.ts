import { expect, it } from 'vitest'
import { createSSRApp, h, type Component } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { nearEnd } from '@/ui/nearEnd'
import PeopleRows from '@/ui/parts/PeopleRows.vue'

const ann = { id: 1, name: '小安', avatar: '', detail: '永久禁言' }
const bob = { id: 2, name: '阿波', avatar: '' }

async function draw(given: object): Promise<string> {
  const slots = { default: ({ person }: { person: { id: number } }) => `do ${person.id}` }
  const html = await renderToString(createSSRApp({ render: () => h(PeopleRows as Component, given, slots) }))
  return html
    .replace(/<!--.*?-->/g, '')
    .replace(/<span class="avatar"[^>]*>.*?<\/span><\/span>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

it('says of each what is known, and what can be done, and whether there are more', async () => {
  expect(await draw({ people: [ann, bob], more: true, busy: false })).toMatch(/小安 永久禁言 do 1 .*阿波 do 2 .*更多/)
  expect(await draw({ people: [bob], more: false, busy: false, empty: '没有人' })).not.toContain('没有人')
})

it('does not say that there is nobody before that is known', async () => {
  expect(await draw({ people: [], more: false, busy: true, empty: '没有人' })).toBe('')
  expect(await draw({ people: [], more: false, busy: false, empty: '没有人' })).toBe('没有人')
})

it('asks for the next rows before the end of a list is seen', () => {
  const at = (scrollTop: number) =>
    nearEnd({ currentTarget: { scrollTop, clientHeight: 800, scrollHeight: 3000 } } as unknown as Event)
  expect([at(0), at(1500), at(1700), at(2200)]).toEqual([false, false, true, true])
})
