"""What one does with chats for oneself is seen on one's other device without a reload; what is done without a
network is made up for."""

import asyncio
import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import menu, press


async def press_row(person: Person, title: str) -> Locator:
    """Open the menu of a chat in the list, by a finger that rests on it or the other button of the mouse."""
    row = person.row(title)
    shown = person.page.get_by_role("dialog", name=f"{title} 的菜单")
    if not person.phone:
        await row.click(button="right")
        await expect(shown).to_be_visible()
        return shown
    box = await row.bounding_box()
    finger = await person.page.context.new_cdp_session(person.page)
    at = {"x": box["x"] + 150, "y": box["y"] + 30}
    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await expect(shown).to_be_visible()
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await finger.detach()
    return shown


async def choose(person: Person, title: str, what: str) -> None:
    shown = await press_row(person, title)
    await shown.get_by_role("menuitem", name=what, exact=True).click()
    await expect(shown).to_have_count(0)


async def agree(person: Person, what: str) -> None:
    """The question is answered with the button of this name."""
    dialog = person.page.get_by_role("dialog", name=what)
    await dialog.get_by_role("button", name=what, exact=True).click()
    await expect(dialog).to_have_count(0)


def titles(person: Person) -> Locator:
    return person.page.locator(".rows .title")


async def two_devices(people) -> tuple[Person, Person, Person, Person]:
    """Ann at her phone and at her desk; Bob and Cid, her friends, who each said something."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    cid = Person(await people.window("cid", DESKTOP), "希德", "13800000003")
    await asyncio.gather(ann.join(), bob.join(), cid.join())
    for other in (bob, cid):
        await ann._call("/contact/addfriend", userid=ann.id, dstid=other.id)
        await tell(other, ann, f"我是{other.name}")
    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    for person in (ann, desk):
        await expect(titles(person)).to_have_text(["希德", "阿波"])
    return ann, desk, bob, cid


async def tell(person: Person, other: Person, text: str) -> None:
    """As one who says something, by a call."""
    fields = {"cmd": 10, "dstid": other.id, "media": 1, "content": text, "cid": f"c{text}"}
    await person._call("/message/send", userid=person.id, **fields)


async def test_in_the_list(people, shot):
    """Pinned, muted, marked, put away and brought back on one device: the other one shows the same."""
    ann, desk, bob, _cid = await two_devices(people)
    both = (ann, desk)
    bar = ann.page.get_by_role("navigation", name="主导航")
    await expect(bar.get_by_role("link", name="消息, 2 条未读")).to_be_visible()
    await press_row(ann, "阿波")
    await shot(ann.page, "menu-phone")
    await ann.page.keyboard.press("Escape")
    await press_row(desk, "阿波")
    await shot(desk.page, "menu-desktop")
    await desk.page.keyboard.press("Escape")
    # By keys, too: the focus comes back.
    await desk.row("阿波").focus()
    await desk.page.keyboard.press("Shift+F10")
    await expect(desk.page.get_by_role("menuitem", name="置顶聊天")).to_be_focused()
    await desk.page.keyboard.press("Escape")
    await expect(desk.row("阿波")).to_be_focused()

    await choose(ann, "阿波", "置顶聊天")
    for person in both:
        await expect(titles(person)).to_have_text(["阿波", "希德"])
        await expect(person.row("阿波")).to_have_attribute("aria-label", re.compile("已置顶"))
    await choose(desk, "希德", "消息免打扰")
    for person in both:
        await expect(person.row("希德")).to_have_attribute("aria-label", re.compile("消息免打扰"))
    # A muted chat counts in no total.
    await expect(bar.get_by_role("link", name="消息, 1 条未读")).to_be_visible()
    await expect(ann.page).to_have_title(re.compile(r"^\(1\)"))
    await choose(ann, "阿波", "标为已读")
    for person in both:
        await expect(person.row("阿波")).not_to_have_attribute("aria-label", re.compile("未读"))
        await expect(person.page).to_have_title(re.compile("^消息"))
    await choose(desk, "阿波", "标为未读")
    for person in both:
        await expect(person.row("阿波")).to_have_attribute("aria-label", re.compile("标为未读"))
    await shot(ann.page, "list-phone")
    await shot(desk.page, "list-desktop")
    await ann.open_chat("阿波")
    await expect(desk.row("阿波")).not_to_have_attribute("aria-label", re.compile("未读"))
    await ann.back()

    await choose(ann, "希德", "归档")
    await expect(ann.page.get_by_role("status").get_by_text("已归档")).to_be_visible()
    for person in both:
        await expect(person.row("希德")).to_have_count(0)
        await expect(person.page.get_by_role("button", name="已归档，1 个会话, 1 条未读")).to_be_visible()
    await shot(ann.page, "archived-phone")
    await ann.page.get_by_role("button", name="撤销").click()
    for person in both:
        await expect(person.row("希德")).to_be_visible()
    await choose(desk, "阿波", "归档")
    await expect(ann.row("阿波")).to_have_count(0)
    # What comes leaves it there, and counts in no total.
    await tell(bob, ann, "在吗")
    folder = "已归档，1 个会话, 1 条未读"
    for person in both:
        await person.page.get_by_role("button", name=folder).click()
        await expect(titles(person)).to_have_text(["阿波"])
        await expect(person.page).to_have_title(re.compile("^消息"))
        await person.fits()
    await shot(ann.page, "folder-phone")
    await shot(desk.page, "folder-desktop")
    await choose(ann, "阿波", "取消归档")
    for person in both:
        await expect(person.page.get_by_text("没有归档的会话")).to_be_visible()
    await ann.page.go_back()
    await desk.page.get_by_role("button", name="返回聊天").click()
    for person in both:
        await expect(titles(person)).to_have_text(["阿波", "希德"])


async def test_what_goes(people, shot):
    """A message deleted for oneself, a cleared chat and a deleted one are gone on both devices, for good, and
    stay where others have them."""
    ann, desk, bob, _cid = await two_devices(people)
    both = (ann, desk)
    for text in ("第一句", "第二句", "第三句"):
        await tell(bob, ann, text)
    await bob.open_chat("小安")
    await asyncio.gather(ann.open_chat("阿波"), desk.open_chat("阿波"))
    for person in both:
        await person.sees("第三句")
    await press(ann, ann.message("第三句"))
    await shot(ann.page, "message-phone")
    await menu(ann).get_by_role("menuitem", name="删除", exact=True).click()
    await shot(ann.page, "sure-phone")
    await agree(ann, "删除")
    for person in both:
        await person.sees("第三句", 0)
        await person.sees("第二句")
    await expect(desk.row("阿波")).to_have_attribute("aria-label", re.compile("第二句"))
    await bob.sees("第三句")
    await desk.page.reload()
    await desk.sees("第二句")
    await desk.sees("第三句", 0)
    await expect(desk.row("阿波")).to_have_attribute("aria-label", re.compile("第二句"))

    await desk.chat("阿波").get_by_role("button", name="更多", exact=True).first.click()
    await shot(desk.page, "more-desktop")
    await desk.page.get_by_role("menuitem", name="清空聊天记录").click()
    await shot(desk.page, "clear-desktop")
    await agree(desk, "清空聊天记录")
    for person in both:
        await person.sees("第一句", 0)
        await expect(person.log.get_by_role("article")).to_have_count(0)
    await expect(desk.row("阿波")).to_have_count(0)
    await shot(ann.page, "cleared-phone")
    await ann.back()
    await expect(ann.row("阿波")).to_have_count(0)
    await bob.sees("第一句")
    await tell(bob, ann, "还在吗")
    for person in both:
        await expect(person.row("阿波")).to_be_visible()
    await desk.sees("还在吗")
    await desk.sees("第一句", 0)

    await choose(ann, "阿波", "删除聊天")
    await agree(ann, "删除聊天")
    for person in both:
        await expect(titles(person)).to_have_text(["希德"])
    await ann.page.reload()
    await expect(titles(ann)).to_have_text(["希德"])


async def test_without_a_network(people):
    """What is done without a network is seen at once, and told when there is one again. One that was away
    learns what was done meanwhile."""
    people.expect("ERR_INTERNET_DISCONNECTED")
    ann, desk, bob, _cid = await two_devices(people)
    await tell(bob, ann, "第一句")
    await tell(bob, ann, "第二句")
    await ann.open_chat("阿波")
    await ann.sees("第二句")
    await ann.page.context.set_offline(True)
    await press(ann, ann.message("第二句"))
    await menu(ann).get_by_role("menuitem", name="删除", exact=True).click()
    await agree(ann, "删除")
    await ann.sees("第二句", 0)
    await ann.back()
    await expect(ann.row("阿波")).to_have_attribute("aria-label", re.compile("第一句"))
    await choose(ann, "希德", "置顶聊天")
    await expect(titles(ann)).to_have_text(["希德", "阿波"])
    await expect(titles(desk)).to_have_text(["阿波", "希德"])
    await ann.page.context.set_offline(False)
    await expect(titles(desk)).to_have_text(["希德", "阿波"])
    await expect(desk.row("阿波")).to_have_attribute("aria-label", re.compile("第一句"))
    await ann.page.reload()
    await expect(titles(ann)).to_have_text(["希德", "阿波"])

    # One that was away learns it, in the chat that it has open.
    await desk.open_chat("阿波")
    await desk.sees("第一句")
    await desk.page.context.set_offline(True)
    await ann.open_chat("阿波")
    await press(ann, ann.message("第一句"))
    await menu(ann).get_by_role("menuitem", name="删除", exact=True).click()
    await agree(ann, "删除")
    await ann.sees("第一句", 0)
    await desk.page.context.set_offline(False)
    await desk.sees("第一句", 0)
    await desk.sees("我是阿波")
    await expect(desk.row("阿波")).to_have_attribute("aria-label", re.compile("我是阿波"))
