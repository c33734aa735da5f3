"""What is done with messages and chats, one thing after the other, by somebody with a phone and a desk and a
friend: each device shows it, and none is loaded again."""

import asyncio

from playwright.async_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_arranging import choose as choose_of_row
from tests.browser.test_changes import choose, menu, press
from tests.browser.test_forwards import dialog, forward_to


async def in_a_group(people) -> tuple[Person, Person, Person]:
    """Ann at her phone and at her desk, and Bob, whose group she is in; they are friends."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await asyncio.gather(ann.join(), bob.join())
    await ann._call("/contact/addfriend", userid=ann.id, dstid=bob.id)
    group = await bob.create_group("周末爬山")
    await ann._call("/contact/joincommunity", userid=ann.id, dstid=group)
    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    return ann, desk, bob


async def kept(person: Person) -> Locator:
    """Go to the favourites; all of them."""
    if person.phone:
        await person.place("我的")
        await person.page.get_by_role("button", name="收藏").click()
    else:
        bar = person.page.get_by_role("navigation", name="主导航")
        await bar.get_by_role("link", name="收藏").click()
    return person.page.get_by_role("region", name="收藏").get_by_role("article")


async def test_one_evening(people, shot):
    """Named, answered, read, passed on as one, kept, taken back, passed on from the favourites, put away."""
    ann, desk, bob = await in_a_group(people)
    both = (ann, desk)

    # Named in the group: both devices say so, until it is read on one.
    await bob.field.press_sequentially("@")
    await bob.page.get_by_role("option", name="小安").click()
    await bob.field.press_sequentially("几点集合？")
    await bob.field.press("Enter")
    for person in both:
        await expect(person.row("周末爬山")).to_contain_text("[有人@我]")
    await ann.open_chat("周末爬山")
    await expect(ann.log.locator(".calls")).to_have_text("@小安")
    await expect(desk.row("周末爬山")).not_to_contain_text("[有人@我]")
    await expect(desk.row("周末爬山")).to_contain_text("几点集合？")

    # Its author sees who has read it.
    await press(bob, bob.log.locator(".bubble", has_text="几点集合？"))
    await menu(bob).get_by_role("menuitem", name="谁已读").click()
    await expect(dialog(bob).get_by_text("小安", exact=True)).to_be_visible()
    await dialog(bob).get_by_role("button", name="关闭").click()

    # Two messages as one record to a friend, with a word.
    await ann.say("周六八点")
    await ann.all_sent()
    await choose(ann, "周六八点", "多选")
    bar = ann.page.get_by_role("group", name="多选")
    await ann.log.locator(".line", has_text="几点集合？").locator("label").click()
    await expect(bar.get_by_text("已选 2 条")).to_be_visible()
    await bar.get_by_role("button", name="合并转发").click()
    await forward_to(ann, "阿波", note="记一下")
    await asyncio.gather(desk.open_chat("阿波"), bob.open_chat("小安"), ann.open_chat("阿波"))
    for person in (*both, bob):
        await person.sees("记一下")
        await expect(person.log.locator(".bubble", has_text="群聊的聊天记录")).to_have_count(1)

    # Kept at the desk, with a message beside it; taken back at the phone.
    await choose(desk, "群聊的聊天记录", "多选")
    bar = desk.page.get_by_role("group", name="多选")
    await desk.log.locator(".line", has_text="记一下").locator("label").click()
    await bar.get_by_role("button", name="收藏").click()
    await expect(desk.page.get_by_text("已收藏 2 条")).to_be_visible()
    await expect(bar).to_have_count(0)
    await expect(ann.page.locator(".slide-enter-active")).to_have_count(0)
    await choose(ann, "群聊的聊天记录", "撤回")
    for person, words in ((desk, "你撤回了一条消息"), (bob, "小安 撤回了一条消息")):
        await expect(person.log.get_by_text(words)).to_be_visible()

    # It is still to be read from the favourites of the phone, and goes on to two chats from there.
    cards = await kept(ann)
    await expect(cards).to_have_count(2)
    record = cards.filter(has_text="群聊的聊天记录")
    await record.get_by_role("button", name="群聊的聊天记录").click()
    await expect(dialog(ann).get_by_text("周六八点")).to_be_visible()
    await shot(ann.page, "kept-record-phone")
    await dialog(ann).get_by_role("button", name="关闭").click()
    await record.get_by_role("button", name="转发").click()
    await forward_to(ann, "周末爬山", "阿波", note="再发一次")
    for person in (desk, bob):
        await person.sees("再发一次")
        again = person.log.locator(".bubble", has_text="群聊的聊天记录")
        await again.get_by_role("button", name="群聊的聊天记录").click()
        await expect(dialog(person).get_by_text("周六八点")).to_be_visible()
        await dialog(person).get_by_role("button", name="关闭").click()
        await expect(person.row("周末爬山")).to_contain_text("再发一次")

    # Put away at the desk, it is put away on the phone; what comes leaves it there.
    await choose_of_row(desk, "周末爬山", "归档")
    await ann.place("消息")
    for person in both:
        await expect(person.row("阿波")).to_be_visible()
        await expect(person.row("周末爬山")).to_have_count(0)
    await bob.open_chat("周末爬山")
    await bob.say("都到了吗")
    for person in both:
        folder = person.page.get_by_role("button", name="已归档，1 个会话, 1 条未读")
        await folder.click()
        await expect(person.row("周末爬山")).to_contain_text("都到了吗")
    await shot(desk.page, "archived-desktop")
