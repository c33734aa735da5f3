"""What a person does with their own account in the page: profile, password, devices; and dropping a file."""

import re

from playwright.async_api import expect

from tests.browser import person
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

# Drops a small text file the way a hand with a mouse does.
DROP = """(chat) => {
    const data = new DataTransfer()
    data.items.add(new File(['谢谢'], '便条.txt', { type: 'text/plain' }))
    for (const kind of ['dragenter', 'dragover', 'drop'])
        chat.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }))
}"""


async def test_profile_password_and_devices(people, shot, monkeypatch):
    """Ann renames herself, ends a forgotten device, and changes her password: her other device is asked to
    log in again, with the new one."""
    ann = Person(await people.window("phone", PHONE), "小安", "13800000001")
    await ann.join()
    laptop = Person(await people.window("laptop", DESKTOP), "小安", "13800000001")
    forgotten = Person(await people.window("forgotten", DESKTOP), "小安", "13800000001")
    await forgotten.login()
    await laptop.login()

    await ann.place("我的")
    await ann.page.get_by_role("button", name="编辑资料").click()
    dialog = ann.page.get_by_role("dialog", name="编辑资料")
    await dialog.get_by_label("昵称").fill("安然")
    await dialog.get_by_role("button", name="保存").click()
    await expect(ann.page.get_by_role("main").get_by_text("安然")).to_be_visible()

    await ann.page.get_by_role("button", name="登录设备").click()
    dialog = ann.page.get_by_role("dialog", name="登录设备")
    await expect(dialog.get_by_role("listitem")).to_have_count(3)
    await expect(dialog.get_by_text("本机")).to_have_count(1)
    await shot(ann.page, "01-devices")
    await dialog.get_by_role("button", name="下线", exact=True).last.click()  # the latest seen come first
    await forgotten.page.wait_for_url("**/user/login.shtml")
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    await ann.page.keyboard.press("Escape")

    await ann.page.get_by_role("button", name="修改密码").click()
    dialog = ann.page.get_by_role("dialog", name="修改密码")
    await dialog.get_by_label("当前密码").fill("not it")
    await dialog.get_by_label("新密码", exact=True).fill("better456")
    await dialog.get_by_label("再次输入新密码").fill("better456")
    await dialog.get_by_role("button", name="保存").click()
    await expect(ann.page.get_by_text("原密码不正确")).to_be_visible()
    await shot(ann.page, "02-password")
    await dialog.get_by_label("当前密码").fill(person.PASSWD)
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await laptop.page.wait_for_url("**/user/login.shtml")

    monkeypatch.setattr(person, "PASSWD", "better456")
    await laptop.login()
    await laptop.place("我的")
    await expect(
        laptop.page.get_by_role("region", name="我的").get_by_role("button", name="安然")
    ).to_be_visible()


async def test_a_file_dropped_into_the_chat(people, shot):
    """A file dropped on the chat is sent, and the other one can fetch it under its name."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await ann.chat("阿波").evaluate(DROP)
    await expect(ann.log.get_by_text("便条.txt")).to_be_visible()
    await ann.all_sent()
    await bob.open_chat("小安")
    await expect(bob.log.get_by_text("便条.txt")).to_be_visible()
    async with bob.page.expect_download() as fetching:
        await bob.log.get_by_role("link", name=re.compile("便条.txt")).click()
    assert (await (await fetching.value).path()).read_text() == "谢谢"
    await shot(bob.page, "file")
