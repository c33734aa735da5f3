"""What operators do on their pages, and what those see about whom they decide."""

import re

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person


def button(person: Person, name: str):
    return person.page.get_by_role("button", name=name, exact=True)


async def operate(person: Person, tab: str) -> None:
    """Goes to a tab of the operators' pages, from within or from elsewhere."""
    if "/operate" not in person.page.url:
        await person.place("我的")
        await button(person, "管理").click()
    await person.page.get_by_role("navigation", name="管理").get_by_role("link", name=tab).click()


async def agree(person: Person, name: str) -> None:
    await person.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


async def test_the_first_one_is_the_operator(people, shot):
    """Ann, who came first, finds Bob, mutes him, makes an invite code, makes him an operator, and reads what
    she has done. Bob sees at once that he can say nothing, and then that he has become an operator."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    await bob.say("在吗")
    await expect(bob.page.get_by_role("button", name="管理", exact=True)).to_have_count(0)

    await operate(ann, "用户")
    await ann.page.get_by_role("searchbox").fill("阿")
    found = ann.page.get_by_role("link", name=re.compile("阿波"))
    await expect(found).to_have_count(1)
    await shot(ann.page, "01-found")
    await found.click()
    await button(ann, "禁言").click()
    await button(ann, "1 小时").click()
    await expect(ann.page.get_by_text(re.compile("^禁言至"))).to_be_visible()
    await shot(ann.page, "02-muted")
    await bob.page.get_by_role("textbox").last.fill("还能说吗")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_text(re.compile("你已被管理员禁言"))).to_be_visible()
    await shot(bob.page, "03-bob")
    await button(ann, "解除禁言").click()
    await expect(button(ann, "禁言")).to_be_visible()

    await button(ann, "设为管理员").click()
    await agree(ann, "设为管理员")
    await expect(button(ann, "取消管理员")).to_be_visible()
    await bob.place("我的")
    await expect(button(bob, "管理")).to_be_visible()

    await operate(ann, "邀请码")
    await button(ann, "新建邀请码").click()
    await ann.page.get_by_label("可用次数").fill("20")
    await agree(ann, "新建邀请码")
    await expect(ann.page.get_by_role("dialog").get_by_role("img", name="邀请链接")).to_be_visible()
    await shot(ann.page, "04-invite")
    await ann.page.keyboard.press("Escape")
    await expect(ann.page.get_by_text("已用 0 / 20")).to_be_visible()

    await operate(bob, "操作记录")
    for sentence in ("小安 将 阿波 设为管理员", "小安 解除了 阿波 的禁言", re.compile("小安 将 阿波 禁言至")):
        await expect(bob.page.get_by_text(sentence)).to_be_visible()
    await shot(bob.page, "05-audit")


async def test_logged_out_and_deactivated(people, shot):
    """Bob is logged out by Ann, comes back, is deactivated, and told so when he tries again."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    people.expect("401|403|WebSocket")
    await ann.join()
    await bob.join()
    await operate(ann, "用户")
    await ann.page.get_by_role("link", name=re.compile("阿波")).click()
    await button(ann, "退出全部设备").click()
    await agree(ann, "退出全部设备")
    await bob.page.wait_for_url("**/user/login.shtml*")
    await bob.login()
    await button(ann, "停用账号").click()
    await agree(ann, "停用账号")
    await expect(ann.page.get_by_text("已停用")).to_be_visible()
    await shot(ann.page, "01-deactivated")
    await bob.page.wait_for_url("**/user/login.shtml*")
    await bob.page.get_by_label("手机号").fill(bob.mobile)
    await bob.page.get_by_label("密码").fill("secret123")
    await bob.page.get_by_role("button", name="登录", exact=True).click()
    await expect(bob.page.get_by_text("该账号已被停用，请联系管理员")).to_be_visible()
    await shot(bob.page, "02-bob")
    await button(ann, "启用账号").click()
    await expect(button(ann, "停用账号")).to_be_visible()
    await bob.login()
