import { createPinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import AccountForm from '@/features/accounts/AccountForm.vue'
import type { AccountField } from '@/features/accounts/fields'

async function draw(fields: AccountField[], given: object = {}): Promise<string> {
  const save = () => Promise.resolve()
  const form = () => h(AccountForm, { fields, ok: '保存', save, ...given })
  return renderToString(createSSRApp({ render: form }).use(createPinia()))
}

/** Labels in their order; the wrong guess of a field would be an unlabelled input. */
const labels = (html: string) => [...html.matchAll(/class="(?:label|legend)"[^>]*>([^<]+)/g)].map(([, words]) => words)
const inputs = (html: string) => [...html.matchAll(/<(?:input|textarea)[^>]*class="input"[^>]*>/g)].map(([tag]) => tag)

describe('the form of accounts', () => {
  it('shows the fields it is asked for, in that order', async () => {
    expect(labels(await draw(['mobile', 'password']))).toEqual(['手机号', '密码'])
    expect(labels(await draw(['oldPassword', 'newPassword', 'passwordAgain']))).toEqual([
      '当前密码',
      '新密码',
      '再次输入新密码',
    ])
    expect(labels(await draw(['avatar', 'nickname', 'sex', 'memo']))).toEqual(['昵称', '性别', '个性签名'])
  })

  it('lets the browser fill in what it knows, and no more than the server takes', async () => {
    const [mobile, password] = inputs(await draw(['mobile', 'password']))
    expect(mobile).toMatch(/type="tel".*autocomplete="username".*maxlength="21"/)
    expect(password).toMatch(/type="password".*maxlength="128".*autocomplete="current-password"/)
    const [nickname, memo] = inputs(await draw(['nickname', 'memo'], { initial: { nickname: '小安', memo: '爬山' } }))
    expect(nickname).toMatch(/maxlength="40".*value="小安"/)
    expect(memo).toMatch(/^<textarea.*maxlength="200"/)
  })

  it('says nothing is wrong before the reader has tried', async () => {
    const html = await draw(['mobile', 'nickname', 'firstPassword'])
    expect(html).not.toContain('class="problem"')
    expect(html).toContain('至少 6 个字符')
    expect(html.match(/aria-invalid="false"/g)).toHaveLength(3)
  })
})
