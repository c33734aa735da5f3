"""What becomes of a message is seen by everybody and on all devices of each, without a reload."""

import asyncio
import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person


async def press(person: Person, message: Locator) -> None:
    """Open the menu of a message: by a finger that rests on it, or by the other button of the mouse."""
    if not person.phone:
        await message.click(button="right", position={"x": 20, "y": 12})
        return
    box = await message.bounding_box()
    finger = await person.page.context.new_cdp_session(person.page)
    at = {"x": box["x"] + 20, "y": box["y"] + 15}
    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await expect(menu(person)).to_be_visible()
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await finger.detach()


def menu(person: Person) -> Locator:
    return person.page.get_by_role("dialog", name="消息菜单")


async def choose(person: Person, text: str, what: str) -> None:
    """Press the message with this text and choose something of its menu, or a reaction."""
    await press(person, person.log.locator(".bubble", has_text=text))
    role = (
        "menuitem"
        if what in ("回复", "复制", "编辑", "置顶", "取消置顶", "撤回", "转发", "多选")
        else "button"
    )
    await menu(person).get_by_role(role, name=what, exact=True).click()
    await expect(menu(person)).to_have_count(0)


def chip(person: Person, name: str) -> Locator:
    return person.log.get_by_role("group", name="回应").get_by_role("button", name=name, exact=True)


async def test_on_all_devices_at_once(people, shot):
    """Two people, one of them at a phone and a desk: what one does is there for all."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    everybody = (ann, desk, bob)

    await ann.say("周六八点爬山")
    await asyncio.gather(desk.open_chat("阿波"), bob.open_chat("小安"))
    for person in everybody:
        await person.sees("周六八点爬山")
    await press(ann, ann.message("周六八点爬山"))
    await shot(ann.page, "menu-phone")
    await menu(ann).get_by_role("menuitem", name="编辑", exact=True).click()
    await expect(ann.field).to_have_value("周六八点爬山")
    await shot(ann.page, "editing-phone")
    await ann.say("周六九点爬山")
    for person in everybody:
        await expect(person.log.get_by_text(re.compile(r"周六九点爬山\s*已编辑"))).to_be_visible()
    await expect(ann.field).to_have_value("")

    await press(bob, bob.log.locator(".bubble"))
    await shot(bob.page, "menu-desktop")
    await menu(bob).get_by_role("button", name="👍").click()
    await desk.log.get_by_role("button", name="👍 1").click()
    for person, own in ((ann, "true"), (desk, "true"), (bob, "true")):
        await expect(chip(person, "👍 2")).to_have_attribute("aria-pressed", own)
    await chip(ann, "👍 2").click()
    for person, own in ((ann, "false"), (desk, "false"), (bob, "true")):
        await expect(chip(person, "👍 1")).to_have_attribute("aria-pressed", own)

    await choose(bob, "周六九点爬山", "回复")
    await bob.say("好，我带水")
    for person in everybody:
        await expect(person.log.get_by_role("button", name=re.compile("引用 .*周六九点爬山"))).to_be_visible()
    await shot(ann.page, "chat-phone")
    await shot(bob.page, "chat-desktop")

    await ann.say("说错了")
    await bob.sees("说错了")
    await choose(ann, "说错了", "撤回")
    await expect(ann.log.get_by_text("你撤回了一条消息")).to_be_visible()
    await expect(desk.log.get_by_text("你撤回了一条消息")).to_be_visible()
    await expect(bob.log.get_by_text("小安 撤回了一条消息")).to_be_visible()
    for person in everybody:
        await person.sees("说错了", 0)
    await expect(bob.row("小安").get_by_text("小安 撤回了一条消息")).to_be_visible()
    await ann.log.get_by_role("button", name="重新编辑").click()
    await expect(ann.field).to_have_value("说错了")
    await shot(ann.page, "recalled-phone")
    await shot(desk.page, "recalled-desktop")
    for person in everybody:
        await person.fits()


def pinned(person: Person) -> Locator:
    return person.page.get_by_role("region", name="置顶消息")


async def test_what_is_pinned(people, shot):
    """The bar over the chat is there for both; it leads to the message wherever that is. Dialogs tell the
    earlier texts and who reacted."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await ann.say("集合地点：东门")
    await bob.open_chat("小安")
    await bob.sees("集合地点：东门")
    await choose(ann, "集合地点：东门", "编辑")
    await ann.say("集合地点：西门")
    await choose(bob, "集合地点：西门", "❤️")
    await choose(bob, "集合地点：西门", "置顶")
    for person in (ann, bob):
        await expect(pinned(person).get_by_text("集合地点：西门")).to_be_visible()

    await ann.log.get_by_role("button", name="已编辑").click()
    dialog = ann.page.get_by_role("dialog", name="编辑记录")
    await expect(dialog.get_by_text("集合地点：东门")).to_be_visible()
    await shot(ann.page, "edits-phone")
    await dialog.get_by_role("button", name="关闭").click()
    await chip(bob, "❤️ 1").click(button="right")
    dialog = bob.page.get_by_role("dialog", name="谁回应了")
    await expect(dialog.get_by_text("阿波")).to_be_visible()
    await shot(bob.page, "reactors-desktop")
    await dialog.get_by_role("button", name="关闭").click()

    for number in range(70):
        fields = {"cmd": 10, "dstid": ann.id, "media": 1, "content": f"路线 {number}\n" * 4}
        await bob._call("/message/send", userid=bob.id, cid=f"c{number}", **fields)
    await ann.page.reload()
    await expect(pinned(ann)).to_be_visible()
    await expect(ann.log.get_by_text("集合地点：西门")).to_have_count(0)
    await pinned(ann).get_by_role("button", name=re.compile("集合地点：西门")).click()
    await expect(ann.log.get_by_text("集合地点：西门")).to_be_in_viewport()
    await shot(ann.page, "jumped-phone")
    await choose(ann, "集合地点：西门", "取消置顶")
    for person in (ann, bob):
        await expect(pinned(person)).to_have_count(0)
    await ann.fits()
    await bob.fits()


async def test_by_keys_in_a_group(people, shot):
    """A group's owner recalls what a member said, by keys; the up key leads to what one said last."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    group = await ann.create_group("爬山群")
    await bob.join_group(group, "爬山群")
    await bob.say("便宜卖帐篷")
    await ann.sees("便宜卖帐篷")
    await ann.log.get_by_role("article").filter(has_text="便宜卖帐篷").focus()
    await ann.page.keyboard.press("Enter")
    await expect(menu(ann).get_by_role("menuitem", name="回复")).to_be_focused()
    await ann.page.keyboard.press("End")
    for name in ("举报", "删除", "撤回"):
        await expect(menu(ann).get_by_role("menuitem", name=name)).to_be_focused()
        await ann.page.keyboard.press("ArrowUp")
    await ann.page.keyboard.press("ArrowDown")
    await ann.page.keyboard.press("Enter")
    await expect(ann.log.get_by_text("你撤回了 阿波 的一条消息")).to_be_visible()
    await expect(bob.log.get_by_text("小安 撤回了你的一条消息")).to_be_visible()
    await expect(bob.row("爬山群").get_by_text("小安 撤回了你的一条消息")).to_be_visible()

    await bob.say("抱歉")
    await ann.sees("抱歉")
    await expect(bob.log.get_by_role("img", name="已发送")).to_be_visible()
    await bob.field.press("ArrowUp")
    await expect(bob.field).to_have_value("抱歉")
    await shot(bob.page, "editing-desktop")
    await bob.field.press("Escape")
    await expect(bob.field).to_have_value("")
    await ann.log.get_by_role("article").filter(has_text="抱歉").focus()
    await ann.page.keyboard.press("r")
    await ann.say("没关系")
    await expect(bob.log.get_by_role("button", name=re.compile("引用 阿波|引用 我"))).to_be_visible()
    await choose(ann, "没关系", "复制")
