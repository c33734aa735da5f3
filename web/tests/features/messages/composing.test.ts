import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import { useChanges } from '@/features/changes/changes'
import { useChat } from '@/features/messages/chat'
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
  const field = {
    text: 'draft',
    write(next: string) {
      const before = field.text
      field.text = next
      return before
    },
    focus: () => undefined,
  }
  return { field, composing: mount(() => useComposing(ref(field))).given }
}

describe('editing', () => {
  it('puts the draft by, and back when the text is sent', async () => {
    const { field, composing } = await begin()
    composing.edit(last())
    expect(field.text).toBe('八点')
    expect(composing.took('九点')).toBe(true)
    field.text = ''
    expect(last()).toMatchObject({ content: '九点' })
    await settle()
    expect(field.text).toBe('draft')
    expect(server.rows('10/42').at(-1)).toMatchObject({ content: '九点' })
    expect(composing.took('new')).toBe(false)
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
