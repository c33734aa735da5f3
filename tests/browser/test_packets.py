"""Red packets between people: put in, opened, seen by who has them; the wallet tells all of it."""

import re

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import menu, press

DARK = {"color_scheme": "dark"}


def dialog(person: Person, name: str):
    return person.page.get_by_role("dialog", name=name)


async def put(person: Person, points: str, number: str = "", words: str = "") -> None:
    """Fills the form of a packet and sends it."""
    await person._tool("红包")
    form = dialog(person, "发红包")
    await form.get_by_label("总积分" if number else "积分", exact=True).fill(points)
    if number:
        await form.get_by_label("红包个数").fill(number)
    if words:
        await form.get_by_label("祝福语").fill(words)
    await form.get_by_role("button", name="塞进红包").click()
    await expect(form).to_have_count(0)


async def open_packet(person: Person, of: str) -> None:
    """Taps the last packet of the chat and its coin."""
    await person.log.locator("button.packet").last.click()
    found = dialog(person, f"{of}的红包")
    await found.get_by_role("button", name="打开红包").click()
    await expect(found.get_by_text("已存入钱包")).to_be_visible()


async def wallet(person: Person):
    await person.place("我的")
    await person.page.get_by_role("button", name="钱包").click()
    return person.page.get_by_role("region", name="钱包")


async def test_between_two(people, shot):
    """One sends a packet, the other opens it once; both see how it stands, on the card, in a line of the chat
    and in their wallets. It can't be recalled or passed on, and its sender can't open it."""
    ann = Person(await people.window("ann", PHONE | DARK), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    await ann._tool("红包")
    form = dialog(ann, "发红包")
    await form.get_by_role("button", name="塞进红包").click()
    await expect(form.get_by_text("请填写积分")).to_be_visible()
    await form.get_by_label("积分", exact=True).fill("99999")
    await expect(form.get_by_text("余额不足")).to_be_visible()
    await form.get_by_role("button", name="关闭").click()

    await put(ann, "520", words="生日快乐")
    card = bob.log.locator("button.packet")
    await expect(card).to_contain_text("生日快乐")
    await expect(card).to_contain_text("点击领取")
    await expect(ann.log.locator("button.packet")).to_contain_text("等待对方领取")
    await expect(bob.row("小安")).to_contain_text("[红包]")
    await ann.log.locator("button.packet").click()
    detail = dialog(ann, "小安的红包")
    await expect(detail.get_by_text("红包共 520 积分，等待对方领取")).to_be_visible()
    await expect(detail.get_by_role("button", name="打开红包")).to_have_count(0)
    await detail.get_by_role("button", name="关闭").click()

    await card.click()
    found = dialog(bob, "小安的红包")
    await expect(found.get_by_role("button", name="打开红包")).to_be_focused()
    await shot(bob.page, "closed")
    await bob.page.keyboard.press("Enter")
    await expect(found.get_by_text("已存入钱包")).to_be_visible()
    await expect(found.locator(".got")).to_have_text("520 积分")
    await shot(bob.page, "opened")
    await bob.page.keyboard.press("Escape")
    await expect(card).to_contain_text("已领取")
    await expect(bob.log.locator("[data-line]:focus")).to_contain_text("生日快乐")
    await bob.sees_line("你领取了小安的红包")
    await ann.sees_line("阿波领取了你的红包，你的红包已被领完")
    await expect(ann.log.locator("button.packet")).to_contain_text("已被领取")
    await shot(ann.page, "sender")
    await bob.say("谢谢")
    await ann.sees("谢谢")

    await press(ann, ann.log.locator(".bubble").first)
    await expect(menu(ann).get_by_role("menuitem", name="回复")).to_be_visible()
    for never in ("撤回", "转发", "编辑"):
        await expect(menu(ann).get_by_role("menuitem", name=never)).to_have_count(0)
    await ann.page.keyboard.press("Escape")

    mine = await wallet(bob)
    await expect(mine.locator(".number")).to_have_text("10,520")
    await expect(mine.get_by_text("领取红包")).to_be_visible()
    await shot(bob.page, "wallet")
    theirs = await wallet(ann)
    await expect(theirs.locator(".number")).to_have_text("9,480")
    await theirs.get_by_role("button", name=re.compile("发出红包")).click()
    await expect(dialog(ann, "小安的红包").get_by_text("已领取 1/1 个，共 520/520 积分")).to_be_visible()
    await ann.fits()


async def test_in_a_group(people, shot):
    """Three draw from one packet, on all their devices; the one with the best luck is told, and who comes too
    late; all of it is paid out."""
    people_of = [("小安", PHONE), ("阿波", DESKTOP | DARK), ("小美", PHONE)]
    three = []
    for number, (name, device) in enumerate(people_of, 1):
        person = Person(await people.window(name, device), name, f"1380000000{number}")
        await person.join()
        three.append(person)
    ann, bob, cy = three
    room = (await ann._call("/contact/createcommunity", userid=ann.id, name="爬山"))["data"]["id"]
    for person in three:
        await person._call("/contact/joincommunity", userid=person.id, dstid=room)
        await person.page.goto("about:blank")
        await person.page.goto(f"/chat/index.shtml?id={person.id}#/c/11/{room}")
        await expect(person.chat("爬山")).to_be_visible()
    await put(ann, "1000", "3", "周末愉快")
    for number, person in enumerate((cy, bob, ann), 1):
        await open_packet(person, "小安")
        found = dialog(person, "小安的红包")
        rows = found.get_by_role("listitem")
        await expect(rows).to_have_count(number)
    await expect(found.get_by_text("3 个红包共 1,000 积分，已被领完")).to_be_visible()
    await expect(found.get_by_text("手气最佳")).to_have_count(1)
    await shot(ann.page, "shares")
    got = [int(text.split()[0]) for text in await found.locator(".amount").all_inner_texts()]
    assert sum(got) == 1000 and min(got) >= 1
    # Who had it open sees the others as they come.
    await expect(dialog(cy, "小安的红包").get_by_role("listitem")).to_have_count(3)
    for person in three:
        await dialog(person, "小安的红包").get_by_role("button", name="关闭").click()
    for line in ("小美领取了你的红包", "阿波领取了你的红包", "你领取了自己的红包，你的红包已被领完"):
        await ann.sees_line(line)
    await bob.sees_line("你领取了小安的红包")
    await expect(bob.log.get_by_text("小美领取了")).to_have_count(0)
    await shot(ann.page, "lines")

    await put(bob, "2", "2")
    for person in (ann, bob):
        await open_packet(person, "阿波")
        await dialog(person, "阿波的红包").get_by_role("button", name="关闭").click()
    # Her page knows that all is taken; she looks at who was quicker.
    last = cy.log.locator("button.packet").last
    await expect(last).to_contain_text("已被领完")
    await last.click()
    await expect(dialog(cy, "阿波的红包").get_by_text("手慢了，红包已被领完")).to_be_visible()
    await shot(cy.page, "late")
    await dialog(cy, "阿波的红包").get_by_role("button", name="关闭").click()
    for person in three:
        await person.fits()
        # What stood in the chat only while the page was open is gone, and the cards know how they stand.
        await person.page.reload()
        await expect(person.log.locator("button.packet").first).to_contain_text("已领取")
        await expect(person.log.get_by_text("领取了")).to_have_count(0)
