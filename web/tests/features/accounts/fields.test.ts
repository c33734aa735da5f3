import { expect, it } from 'vitest'
import { textFields, trimmed, type AccountField, type AccountValues } from '@/features/accounts/fields'

const values: AccountValues = {
  avatar: '',
  memo: ' 爬山 ',
  mobile: ' +8613800000001 ',
  nickname: ' 小安 ',
  sex: 'U',
  password: ' x ',
  firstPassword: 'secret',
  oldPassword: '',
  newPassword: '密码',
  invite: '',
  passwordAgain: '密码',
}

const problem = (field: AccountField, change: Partial<AccountValues> = {}) =>
  textFields[field]?.problem?.({ ...values, ...change })

it('says what the server would not take, before it is asked', () => {
  expect(problem('mobile')).toBe('')
  for (const mobile of ['', '1234', '1'.repeat(21), '138-0000', '++13800000001']) {
    expect(problem('mobile', { mobile })).toBe('请输入 5 到 20 位数字')
  }
  expect(problem('nickname', { nickname: ' ' })).toBe('请填写昵称')
  expect(problem('password', { password: '' })).toBe('请输入密码')
  expect(problem('newPassword')).toBe('')
  expect(problem('newPassword', { newPassword: '12345' })).toBe('密码需要 6 到 128 个字符')
  expect(problem('firstPassword', { firstPassword: '密'.repeat(43) })).not.toBe('')
  expect(problem('passwordAgain', { passwordAgain: '密' })).toBe('两次输入不一致')
  expect(problem('memo')).toBeUndefined()
})

it('takes blanks off names, and leaves passwords as they are', () => {
  expect(trimmed(values)).toMatchObject({ memo: '爬山', mobile: '+8613800000001', nickname: '小安', password: ' x ' })
})
