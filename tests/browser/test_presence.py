"""Typing and presence as two people see them in their browsers."""

import re

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person


async def test_who_types_and_who_is_online(people, shot):
    """Ann sees that Bob is online and types, in the list, the header and the chat, until his message
    comes."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await ann.say("周六爬山？")
    number = await ann.create_group("周末爬山")
    await bob.open_chat("小安")
    await bob.sees("周六爬山？")
    header = bob.chat("小安").get_by_role("button", name="小安").first
    await expect(header).to_contain_text("在线")

    # Ann has the group open: Bob's typing shows in the list only.
    await bob.field.press_sequentially("好", delay=50)
    await expect(ann.row("阿波")).to_contain_text("正在输入…")
    await expect(ann.row("阿波").locator(".dot")).to_be_visible()
    await shot(ann.page, "01-list")
    await expect(ann.row("阿波")).not_to_contain_text("正在输入…")  # he stopped

    await ann.open_chat("阿波")
    await bob.field.press_sequentially("的呀，几点见", delay=50)
    await expect(ann.chat("阿波")).to_contain_text("正在输入…")
    await expect(ann.log.locator(".typing")).to_be_visible()
    await shot(ann.page, "02-desktop")
    await bob.field.press("Enter")
    await ann.sees("好的呀，几点见")
    await expect(ann.log.locator(".typing")).to_have_count(0)
    await expect(ann.chat("阿波")).to_contain_text("在线")

    await ann.field.press_sequentially("八点，老地方", delay=50)
    await expect(bob.log.locator(".typing")).to_be_visible()
    await shot(bob.page, "03-phone")

    await bob.join_group(number, "周末爬山")
    await ann.open_chat("周末爬山")
    await bob.field.press_sequentially("大家好", delay=50)
    await expect(ann.chat("周末爬山")).to_contain_text("阿波 正在输入…")
    await shot(ann.page, "04-group")

    await bob.page.context.close()
    await expect(ann.row("阿波").locator(".dot")).to_have_count(0)
    await ann.open_chat("阿波")
    await expect(ann.chat("阿波")).not_to_contain_text(re.compile("在线|正在输入"))
