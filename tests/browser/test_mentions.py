"""Somebody is named in a group: chosen while their name is typed, told so, and led to where it was."""

import asyncio

from playwright.async_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

DARK = {"color_scheme": "dark"}


async def gather(people, *named: tuple[str, str, dict]) -> tuple[list[Person], int]:
    """People in the group 周末爬山, which the first of them made; each has its chat open."""
    persons = []
    for name, mobile, device in named:
        person = Person(await people.window(mobile, device), name, mobile)
        await person.join()
        persons.append(person)
    owner = persons[0]
    number = (await owner._call("/contact/createcommunity", userid=owner.id, name="周末爬山"))["data"]["id"]
    for person in persons[1:]:
        await person._call("/contact/joincommunity", userid=person.id, dstid=number)
    await asyncio.gather(*(enter(person, number) for person in persons))
    return persons, number


async def enter(person: Person, number: int) -> None:
    await person.page.goto("about:blank")
    await person.page.goto(f"/chat/index.shtml?id={person.id}#/c/11/{number}")
    await expect(person.chat("周末爬山")).to_be_visible()


def choice(person: Person) -> Locator:
    return person.page.get_by_role("listbox", name="选择提醒的人").get_by_role("option")


def names(person: Person) -> Locator:
    return choice(person).locator(".ellipsis")


async def test_chosen_by_keys_and_by_touch(people, shot):
    """Keys at a desk, fingers at a phone; whoever owns the group may name everybody."""
    (ann, bob, jason), _ = await gather(
        people,
        ("小安", "13800000001", DESKTOP),
        ("阿波", "13800000002", PHONE | DARK),
        ("Jason Miller", "13800000003", PHONE),
    )
    await ann.field.press_sequentially("今天 @")
    await expect(names(ann)).to_have_text(["所有人", "阿波", "Jason Miller"])
    await shot(ann.page, "mention-desktop")
    await ann.field.press("ArrowDown")
    await expect(choice(ann).nth(1)).to_have_attribute("aria-selected", "true")
    await ann.field.press("Enter")
    await expect(ann.field).to_have_value("今天 @阿波\u2005")
    await ann.field.press_sequentially("@ja")
    await expect(names(ann)).to_have_text(["Jason Miller"])
    await ann.field.press("Escape")
    await expect(choice(ann)).to_have_count(0)
    await ann.field.press_sequentially("s")
    await expect(choice(ann)).to_have_count(0)
    for _ in range(4):
        await ann.field.press("Backspace")
    await ann.field.press_sequentially("@m")
    await ann.field.press("Tab")
    await ann.field.press_sequentially("带水")
    await expect(ann.field).to_have_value("今天 @阿波\u2005@Jason Miller\u2005带水")
    await ann.field.press("Enter")

    # Each sees who is meant; oneself stands out.
    for person in (ann, bob, jason):
        await expect(person.log.get_by_role("link", name="@")).to_have_text(["@阿波", "@Jason Miller"])
        await expect(person.log.locator(".calls")).to_have_text(
            {ann: [], bob: ["@阿波"]}.get(person, ["@Jason Miller"])
        )
    await shot(ann.page, "mentioned-desktop")

    # A part of a name taken out takes out all of it, and nobody is named.
    await bob.field.press_sequentially("@小")
    await expect(names(bob)).to_have_text(["小安"])
    await shot(bob.page, "mention-phone-dark")
    await choice(bob).tap()
    await expect(bob.field).to_be_focused()
    await expect(bob.field).to_have_value("@小安\u2005")
    await bob.field.press("Backspace")
    await expect(bob.field).to_have_value("")
    await bob.say("我带")
    await shot(bob.page, "mentioned-phone-dark")

    # Everybody, by their owner.
    await ann.field.press_sequentially("@所")
    await ann.field.press("Enter")
    await ann.field.press_sequentially("八点")
    await ann.field.press("Enter")
    for person in (bob, jason):
        await expect(person.log.locator(".calls").last).to_have_text("@所有人")
    await jason.field.press_sequentially("@所")
    await expect(choice(jason)).to_have_count(0)
    await jason.field.fill("")

    # A finger that rests on a face names who it is.
    face = jason.log.get_by_role("button", name="阿波").last
    box = await face.bounding_box()
    finger = await jason.page.context.new_cdp_session(jason.page)
    at = {"x": box["x"] + 12, "y": box["y"] + 12}
    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await expect(jason.field).to_have_value("@阿波\u2005")
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(jason.field).to_be_focused()
    await jason.field.press_sequentially("辛苦了")
    await shot(jason.page, "naming-phone")
    await jason.field.press("Enter")
    await expect(bob.log.locator(".calls").last).to_have_text("@阿波")

    # An edit may name somebody else.
    await jason.field.press("ArrowUp")
    await expect(jason.field).to_have_value("@阿波\u2005辛苦了")
    await jason.field.press("Home")
    await jason.field.press("Delete")
    await expect(jason.field).to_have_value("辛苦了")
    await jason.field.press_sequentially("@小")
    await choice(jason).tap()
    await jason.field.press("Enter")
    await expect(ann.log.locator(".calls")).to_have_text("@小安")
    await expect(bob.log.locator(".calls").filter(has_text="@阿波")).to_have_count(1)


async def test_led_from_one_to_the_next(people, shot):
    """Two unread mentions far apart: the list says so, a button leads to each, and the number goes down."""
    (ann, bob), number = await gather(
        people, ("小安", "13800000001", DESKTOP), ("阿波", "13800000002", PHONE | DARK)
    )
    await bob.back()
    for count in range(1, 161):
        named = {"at": [bob.id], "content": f"@阿波\u2005请看 {count}"} if count in (60, 140) else {}
        said = {"media": 1, "content": f"第 {count} 条", **named}
        await ann._call("/message/send", userid=ann.id, cmd=11, dstid=number, **said)
    await expect(bob.row("周末爬山")).to_contain_text("[有人@我]")
    await shot(bob.page, "listed-phone-dark")
    await bob.open_chat("周末爬山")
    button = bob.page.get_by_role("button", name="提到我的消息还有")
    await expect(button).to_have_text("2@")
    await shot(bob.page, "called-phone-dark")
    for count, left in ((60, "1@"), (140, None)):
        await button.click()
        await expect(bob.log.get_by_text(f"请看 {count}")).to_be_in_viewport()
        await expect(bob.log.locator(".line.lit")).to_contain_text(f"请看 {count}")
        await (expect(button).to_have_text(left) if left else expect(button).to_have_count(0))
        await shot(bob.page, f"led-{count}-phone-dark")
    await bob.back()
    await expect(bob.row("周末爬山")).not_to_contain_text("[有人@我]")
