import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import { useChanges } from '@/features/changes/changes'
import { useChat } from '@/features/messages/chat'
import type { Written } from '@/features/messages/composer/written'
import { useComposing } from '@/features/messages/composing'
import type { Message } from '@/protocol/messages'
import { server, settle, usePage } from '../../fake-page'
import { mount } from '../../mount'

usePage()

const last = () => useChat().entries.at(-1)!.message as Message

/** A field with a draft in it, in the open chat with one's own message at its end. */
async function begin() {
  await Promise.all([useChat().open('10/42'), settle()])
  useChat().send({ media: 1, content: '八点' })
  await settle()
  const put = ({ text, at }: Written) => {
    const before = { text: field.text, at: field.at }
    Object.assign(field, { text, at })
    return before
  }
  const field = {
    text: 'draft',
    at: [] as readonly number[],
    write: put,
    put,
    mention: () => undefined,
    focus: () => undefined,
  }
  return { field, composing: mount(() => useComposing(ref(field))).given }
}

describe('editing', () => {
  it('puts the draft by, and back when the text is sent', async () => {
    const { field, composing } = await begin()
    composing.edit(last())
    expect(field.text).toBe('八点')
    expect(composing.took({ text: '九点', at: [] })).toBe(true)
    field.text = ''
    expect(last()).toMatchObject({ content: '九点' })
    await settle()
    expect(field.text).toBe('draft')
    expect(server.rows('10/42').at(-1)).toMatchObject({ content: '九点' })
    expect(composing.took({ text: 'new', at: [] })).toBe(false)
  })

  it('says whom the new text names, when that is somebody else', async () => {
    const { composing } = await begin()
    composing.edit(last())
    composing.took({ text: '@波\u2005九点', at: [42] })
    await settle()
    expect(server.rows('10/42').at(-1)).toMatchObject({ at: [42] })
    composing.edit(last())
    composing.took({ text: '九点', at: [] })
    await settle()
    expect(server.rows('10/42').at(-1)).not.toHaveProperty('at')
  })

  it('leaves its text alone when a draft comes from another device, which is there afterwards', async () => {
    const { field, composing } = await begin()
    composing.come({ text: 'from the phone', at: [] })
    expect(field.text).toBe('from the phone')
    composing.edit(last())
    composing.come({ text: 'the phone again', at: [] })
    expect(field.text).toBe('八点')
    composing.leave()
    expect(field.text).toBe('the phone again')
  })

  it('changes nothing when it is left', async () => {
    const { field, composing } = await begin()
    composing.edit(last())
    composing.leave()
    expect(field.text).toBe('draft')
    await settle()
    expect(server.rows('10/42').at(-1)).toMatchObject({ content: '八点', ver: 81 })
  })

  it('ends when the message is recalled on another device', async () => {
    const { field, composing } = await begin()
    composing.edit(last())
    useChanges().recall(last())
    await settle()
    expect(composing.now.value).toBeNull()
    expect(field.text).toBe('draft')
  })
})

it('a text to be written anew goes behind the draft', async () => {
  const { field, composing } = await begin()
  composing.add('八点')
  expect(field.text).toBe('draft八点')
})

it('an answer names what it answers, once', async () => {
  const { field, composing } = await begin()
  composing.reply(last())
  expect(field.text).toBe('draft')
  expect(composing.answering({ media: 1, content: 'a' })).toMatchObject({ content: 'a', ref: last().id })
  expect(composing.answering({ media: 1, content: 'b' })).not.toHaveProperty('ref')
})
