"""Being seen, asked and found, as people switch it in their browsers; and who has read in a group."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import menu, press


def switch(person: Person, name: str):
    return person.page.get_by_role("switch", name=name, exact=True)


async def open_settings(person: Person) -> None:
    await person.place("我的")
    await person.page.get_by_role("button", name="设置").click()
    await expect(switch(person, "已读回执")).to_be_visible()


async def test_privacy_on_both_devices(people, shot):
    """Ann switches at her phone; her desk has it at once, and Bob sees neither that she is there nor that she
    reads."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    await bob.say("在吗")
    await ann.open_chat("阿波")
    await ann.sees("在吗")
    own = bob.log.locator(".bubble", has_text="在吗")
    await expect(own.get_by_label("已读", exact=True)).to_have_count(1)
    header = bob.chat("小安").get_by_role("button", name="小安").first
    await expect(header).to_contain_text("在线")

    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    await open_settings(desk)
    await open_settings(ann)
    await shot(ann.page, "01-phone")
    await switch(ann, "显示在线状态").click()
    await switch(ann, "已读回执").press("Space")
    for person in (ann, desk):
        await expect(switch(person, "显示在线状态")).not_to_be_checked()
        await expect(switch(person, "已读回执")).not_to_be_checked()
        await expect(person.page.get_by_role("radio", name="直接通过")).to_be_checked()
    await shot(desk.page, "02-desk")
    await expect(header).not_to_contain_text("在线")
    await expect(own.get_by_label("已读", exact=True)).to_have_count(0)
    await bob.say("看到了吗")
    await ann.open_chat("阿波")
    await ann.sees("看到了吗")
    await expect(header).not_to_contain_text("在线")
    await expect(bob.log.get_by_label("已读", exact=True)).to_have_count(0)
    await shot(bob.page, "03-bob")

    await switch(desk, "显示在线状态").click()
    await switch(desk, "已读回执").click()
    await expect(header).to_contain_text("在线")
    await expect(bob.log.get_by_label("已读", exact=True)).to_have_count(2)


async def test_who_has_read(people, shot):
    """The menu of one's own message in a group tells who has read it, and of how many."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    eve = Person(await people.window("eve", DESKTOP), "小夏", "13800000003")
    for person in (ann, bob, eve):
        await person.join()
    number = await eve.create_group("周末爬山")
    for person in (ann, bob):
        await person.join_group(number, "周末爬山")
    await eve.place("我的")
    await ann.say("周六八点")
    await bob.sees("周六八点")
    await press(bob, bob.log.locator(".bubble", has_text="周六八点"))
    await expect(menu(bob).get_by_role("menuitem", name="谁已读")).to_have_count(0)  # it is not his
    await bob.page.keyboard.press("Escape")

    await press(ann, ann.log.locator(".bubble", has_text="周六八点"))
    await shot(ann.page, "01-menu")
    await menu(ann).get_by_role("menuitem", name="谁已读").click()
    told = ann.page.get_by_role("dialog", name="谁已读")
    await expect(told).to_contain_text("人已读，共 2 人")
    await expect(told.get_by_role("listitem").filter(has_text="阿波")).to_be_visible()
    await shot(ann.page, "02-readers")
