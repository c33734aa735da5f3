"""A message that is written now goes at another time, and its writer's devices know what becomes of it."""

import re

from playwright.async_api import Locator, expect

from tests.browser.person import Person
from tests.browser.test_arranging import two_devices


def bar(person: Person) -> Locator:
    """The line over the field that leads to what waits."""
    return person.page.get_by_role("button", name=re.compile("条定时消息"))


def dialog(person: Person, name: str) -> Locator:
    return person.page.get_by_role("dialog", name=name)


async def test_later_today(people, shot):
    """Written at the desk by the other button of the mouse, moved on the phone, sent at once; another one is
    taken back; one that may not be said any more says why."""
    ann, desk, bob, cid = await two_devices(people)
    await bob.open_chat("小安")
    for person in (ann, desk):
        await person.open_chat("阿波")
    await desk.field.fill("生日快乐")
    await desk.page.get_by_role("button", name="发送", exact=True).click(button="right")
    form = dialog(desk, "定时发送")
    await expect(form.get_by_label("内容")).to_have_value("生日快乐")
    await form.get_by_role("button", name="明天 9:00").click()
    await shot(desk.page, "when")
    await form.get_by_role("button", name="确定").click()
    await expect(desk.field).to_have_value("")
    for person in (ann, desk):
        await expect(bar(person)).to_contain_text("1 条定时消息 · 明天 09:00")

    # The phone changes its words and its time, by the plus as well.
    await bar(ann).click()
    waiting = dialog(ann, "定时消息")
    await expect(waiting).to_contain_text("生日快乐")
    await ann.fits()
    await shot(ann.page, "what-waits")
    await waiting.get_by_role("button", name="修改").click()
    changed = dialog(ann, "修改")
    await changed.get_by_label("内容").fill("生日快乐！")
    await changed.get_by_label("发送时间").fill("2020-01-01T09:00")
    await changed.get_by_role("button", name="确定").click()
    await expect(changed.get_by_text("请选择以后的时间")).to_be_visible()
    await changed.get_by_role("button", name="1 小时后").click()
    await changed.get_by_role("button", name="确定").click()
    await expect(waiting).to_contain_text("生日快乐！")
    await waiting.get_by_role("button", name="立即发送").click()
    await expect(waiting).to_have_count(0)
    for person in (ann, desk, bob):
        await person.sees("生日快乐！")
    for person in (ann, desk):
        await expect(bar(person)).to_have_count(0)

    await ann._tool("定时发送")
    form = dialog(ann, "定时发送")
    await form.get_by_role("button", name="确定").click()
    await expect(form.get_by_text("请输入内容")).to_be_visible()
    await form.get_by_label("内容").fill("算了")
    await form.get_by_role("button", name="确定").click()
    await expect(bar(desk)).to_contain_text("1 条定时消息")
    await bar(desk).click()
    await dialog(desk, "定时消息").get_by_role("button", name="取消发送").click()
    sure = dialog(desk, "取消发送")
    await sure.get_by_role("button", name="取消发送").click()
    await expect(bar(ann)).to_have_count(0)

    # Bob is a friend no more when it is to be sent: the desk says why, and it waits for a decision.
    await desk.field.fill("还在吗")
    await desk.page.get_by_role("button", name="发送", exact=True).click(button="right")
    await dialog(desk, "定时发送").get_by_role("button", name="确定").click()
    await expect(bar(desk)).to_be_visible()
    await bob._call("/contact/remove", userid=bob.id, dstid=ann.id)
    [row] = (await ann._call("/schedule/list", userid=ann.id))["rows"]
    refused = await ann.page.request.post("/schedule/now", data={"userid": ann.id, "id": row["id"]})
    assert (await refused.json())["code"] == -403
    await expect(desk.page.get_by_text("定时消息没有发出：你们还不是好友")).to_be_visible()
