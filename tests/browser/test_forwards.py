"""Messages go on to others: one by one and as one record, seen by everybody and on all devices of each."""

from playwright.async_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import choose, menu, press


def dialog(person: Person, name: str | None = None) -> Locator:
    """The topmost dialog."""
    return (
        person.page.get_by_role("dialog").last
        if name is None
        else person.page.get_by_role("dialog", name=name)
    )


async def forward_to(person: Person, *titles: str, note: str = "") -> None:
    """Choose chats in the dialog, and send."""
    box = dialog(person)
    for title in titles:
        await box.get_by_role("searchbox").fill(title)
        await box.locator("label", has_text=title).click()
    if note:
        await box.get_by_label("留言").fill(note)
    await box.locator("button[type=submit]").click()
    await expect(box).to_have_count(0)


async def test_to_others(people, shot):
    """One at a phone forwards to two chats with a word of her own, then several as one; her desk, and who got
    it, see the copies and look into the record, and into the one that stands in another."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    group = await bob.create_group("周末爬山")
    await desk.join_group(group, "周末爬山")

    await ann.say("在吗")
    await bob.open_chat("小安")
    for words in ("周六八点集合", "带上水和雨衣"):
        await bob.say(words)
        await ann.sees(words)
    await ann.say("收到")

    await choose(ann, "周六八点集合", "转发")
    await expect(dialog(ann).get_by_role("heading", name="转发给")).to_be_visible()
    await shot(ann.page, "forward-phone")
    await forward_to(ann, "周末爬山", "阿波", note="大家看一下")
    for person in (desk,):
        copy = person.log.locator(".bubble", has_text="周六八点集合")
        await expect(copy.get_by_text("转发自 阿波")).to_be_visible()
        await person.sees("大家看一下")
    await expect(ann.log.get_by_text("转发自 阿波")).to_be_visible()
    await expect(bob.log.get_by_text("转发自 我")).to_be_visible()
    await shot(desk.page, "forwarded-desktop")

    await choose(ann, "带上水和雨衣", "多选")
    bar = ann.page.get_by_role("group", name="多选")
    await expect(bar.get_by_text("已选 1 条")).to_be_visible()
    await ann.log.locator(".line", has_text="收到").locator("label").click()
    first = ann.log.locator(".line", has_text="周六八点集合").first.locator("label")
    await first.click()
    await expect(bar.get_by_text("已选 3 条")).to_be_visible()
    await shot(ann.page, "selecting-phone")
    await bar.get_by_role("button", name="合并转发").click()
    await shot(ann.page, "forward-merged-phone")
    await forward_to(ann, "周末爬山")
    await expect(bar).to_have_count(0)
    card = desk.log.locator(".bubble", has_text="小安和阿波的聊天记录")
    await expect(card.get_by_text("阿波: 周六八点集合")).to_be_visible()
    await expect(card.get_by_text("聊天记录 · 3 条")).to_be_visible()
    await shot(desk.page, "record-card-desktop")

    # A record in a record, forwarded at the desk by keys alone.
    await desk.log.get_by_role("article").last.focus()
    await desk.page.keyboard.press("Enter")
    await menu(desk).get_by_role("menuitem", name="多选", exact=True).click()
    await desk.log.get_by_role("article").last.focus()
    await desk.page.keyboard.press("ArrowUp")
    await desk.page.keyboard.press("Space")
    bar = desk.page.get_by_role("group", name="多选")
    await expect(bar.get_by_text("已选 2 条")).to_be_visible()
    await shot(desk.page, "selecting-desktop")
    await bar.get_by_role("button", name="合并转发").press("Enter")
    await dialog(desk).get_by_role("searchbox").fill("阿波")
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.press("Space")
    await shot(desk.page, "forward-desktop")
    await dialog(desk).get_by_label("留言").press("Enter")
    outer = bob.log.locator(".bubble", has_text="群聊的聊天记录")
    await expect(outer.get_by_text("小安: [聊天记录] 小安和阿波的聊天记录")).to_be_visible()
    await outer.get_by_role("button").first.click()
    inner = dialog(bob).locator(".content", has_text="小安和阿波的聊天记录")
    await shot(bob.page, "record-desktop")
    await inner.get_by_role("button").click()
    await expect(dialog(bob).get_by_text("带上水和雨衣")).to_be_visible()
    await expect(dialog(bob).get_by_text("收到")).to_be_visible()
    await shot(bob.page, "record-within-desktop")
    await bob.page.keyboard.press("Escape")
    await bob.page.keyboard.press("Escape")
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)

    card = ann.log.locator(".bubble", has_text="群聊的聊天记录")
    await card.get_by_role("button").first.click()
    await expect(dialog(ann).get_by_text("大家看一下")).to_be_visible()
    await shot(ann.page, "record-phone")
    await dialog(ann).get_by_role("button", name="关闭").click()
    await press(ann, card)
    await expect(menu(ann).get_by_role("menuitem", name="编辑")).to_have_count(0)
    await menu(ann).get_by_role("menuitem", name="撤回").click()
    for person in (ann, bob):
        await expect(person.log.locator(".bubble", has_text="群聊的聊天记录")).to_have_count(0)

    await choose(ann, "收到", "多选")
    await ann.log.locator(".line", has_text="带上水和雨衣").locator("label").click()
    await ann.page.get_by_role("group", name="多选").get_by_role("button", name="删除").click()
    await dialog(ann).get_by_role("button", name="删除").click()
    await desk.open_chat("阿波")
    for person in (ann, desk):
        await expect(person.log.get_by_text("带上水和雨衣")).to_have_count(0)
        await expect(person.log.get_by_text("收到")).to_have_count(0)
    await bob.sees("收到")


async def test_without_a_network(people):
    """What is forwarded without a network goes when it is back, over a reload as well, and once."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    await bob.say("周六八点集合")
    await ann.sees("周六八点集合")
    people.expect("ERR_INTERNET_DISCONNECTED")
    await ann.page.context.set_offline(True)
    await choose(ann, "周六八点集合", "转发")
    await forward_to(ann, "阿波", note="离线转发")
    await expect(ann.page.get_by_text("稍后会自动转发")).to_be_visible()
    await ann.page.context.set_offline(False)
    await bob.sees("离线转发")
    await expect(bob.log.get_by_text("转发自 我")).to_have_count(1)
    await expect(ann.log.get_by_text("转发自 阿波")).to_have_count(1)
