import { afterEach, expect, it } from 'vitest'
import { invitation, invitationLink, registering } from '@/features/invites/invites'
import { readSite } from '@/state/site'

afterEach(() => readSite('{}'))

it('fills in the code of an invitation', () => {
  const link = invitationLink('p9Vt0a-XcQ2_', 'https://chat.example')
  expect(link).toBe('https://chat.example/user/register.shtml?invite=p9Vt0a-XcQ2_')
  expect(invitation(new URL(link).search)).toBe('p9Vt0a-XcQ2_')
  expect(invitation('')).toBe('')
})

it('knows from the shell who may register', () => {
  for (const mode of ['invite', 'closed', 'open'] as const) {
    readSite(JSON.stringify({ register: mode }))
    expect(registering()).toBe(mode)
  }
  readSite('{"register":"else"}')
  expect(registering()).toBe('open')
})
