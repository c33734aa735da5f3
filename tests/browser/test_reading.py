"""Where a reader is in a chat, and what counts as read: what was on the screen, and nothing else."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

#: The words of the messages on the screen, from the top, and how far from the list's edge each stands, px.
SEEN = """() => {
    const list = document.querySelector('.scroller').getBoundingClientRect()
    return [...document.querySelectorAll('.scroller .line')].map(line => {
        const { top, bottom } = line.getBoundingClientRect()
        const text = line.querySelector('.text')?.textContent.trim() ?? ''
        const words = text.replace(/\\d\\d:\\d\\d$/, '').trim()
        return { words, top: top - list.top, bottom: bottom - list.top,
                 fresh: line.querySelector('.fresh') !== null }
    }).filter(line => line.bottom > 20 && line.top < list.height - 20).sort((a, b) => a.top - b.top)
}"""


class Talk:
    """Two friends: one reads in a window, the other writes by calls."""

    def __init__(self, reader: Person, writer: Person) -> None:
        self.reader, self.writer = reader, writer
        self.sent = 0

    async def write(self, count: int) -> None:
        for _ in range(count):
            self.sent += 1
            await self._call(
                self.writer,
                "/message/send",
                cmd=10,
                dstid=self.reader.id,
                media=1,
                cid=f"n{self.sent}",
                content=f"message {self.sent}"
                + ", long enough for a second line of a phone" * (self.sent % 3),
            )

    async def read_up_to(self, seq: int) -> None:
        """On another device of the reader."""
        await self._call(self.reader, "/message/read", kind=10, dstid=self.writer.id, seq=seq)

    async def read(self, first: int, last: int) -> dict:
        """Waits until the server knows that the reader has read up to one of these; its row of this chat."""
        while True:
            row = (await self._call(self.reader, "/message/conversations"))["rows"][0]
            if first <= row["read"]:
                assert row["read"] <= last and row["unread"] == self.sent - row["read"]
                return row
            await self.reader.page.wait_for_timeout(50)

    async def _call(self, person: Person, path: str, **fields) -> dict:
        answer = await person.page.request.post(path, data={"userid": person.id, **fields})
        body = await answer.json()
        assert body["code"] == 0, body
        return body

    async def swipe(self, up: int) -> None:
        """The reader's finger draws the list: `up` px towards what is older, at once."""
        await self.reader.page.locator(".scroller").evaluate(
            """(list, up) => {
                list.dispatchEvent(new Event('touchstart'))
                list.scrollTop -= up
                list.dispatchEvent(new Event('touchend'))
            }""",
            up,
        )

    async def seen(self) -> list[dict]:
        """What is on the reader's screen, once the list has come to rest."""
        before = None
        while True:
            lines = await self.reader.page.evaluate(SEEN)
            if lines and lines == before:
                return lines
            before = lines
            await self.reader.page.wait_for_timeout(250)

    async def numbers(self) -> list[int]:
        return [int(line["words"].split(",")[0].removeprefix("message ")) for line in await self.seen()]


@pytest.fixture
def talk(people, server):
    async def begin(device: dict) -> Talk:
        writer = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
        reader = Person(await people.window("bob", device), "阿波", "13800000002")
        await writer.join()
        await reader.join()
        await writer.befriend(reader)
        await writer.page.goto("about:blank")
        return Talk(reader, writer)

    return begin


def near(one: float, other: float) -> bool:
    """Two places on the screen that a reader takes for the same, px."""
    return abs(one - other) <= 2


async def test_read_is_what_was_on_the_screen(talk, shot):
    """A chat with 300 unread messages opens at the first of them, under the line that says so; only what was
    on the screen is read, on the server and in the list, and a button leads to the newest."""
    talk = await talk(DESKTOP)
    await talk.write(60)
    await talk.read_up_to(40)
    await talk.write(280)
    bob = talk.reader
    await bob.page.reload()
    await bob.open_chat("小安")
    await bob.sees("message 42")
    numbers = await talk.numbers()
    lines = await talk.seen()
    assert numbers[0] == 41 and lines[0]["fresh"]
    await shot(bob.page, "01-open")
    await talk.read(numbers[-1] - 1, numbers[-1])

    # As a reader goes on, so does the mark; nothing is skipped, and what comes meanwhile moves nothing.
    await bob.log.hover()
    for _ in range(10):
        await bob.page.mouse.wheel(0, 500)
        await bob.page.wait_for_timeout(50)
    before = await talk.seen()
    await talk.write(1)
    after = await talk.seen()
    assert [line["words"] for line in after] == [line["words"] for line in before]
    numbers = await talk.numbers()
    assert numbers == list(range(numbers[0], numbers[-1] + 1)) and numbers[0] > 60
    await talk.read(numbers[-1] - 1, numbers[-1])

    # Read on another device: the number here follows.
    await talk.read_up_to(300)
    await expect(bob.row("小安")).to_have_attribute("aria-label", re.compile("41 条未读"))
    while (await talk.numbers())[-1] != talk.sent:
        await bob.page.locator(".jump").click()
    await expect(bob.row("小安").locator(".badge")).to_have_count(0)
    await talk.read(talk.sent, talk.sent)


async def test_place_is_kept(talk, shot):
    """A reader far up finds the same line at the same height after a new message, another chat, a reload, and
    when the phone is turned and turned back."""
    talk = await talk(PHONE)
    await talk.write(120)
    bob = talk.reader
    await talk.read_up_to(120)
    await bob.page.reload()
    await bob.open_chat("小安")
    await bob.sees("message 120")
    await talk.swipe(2500)
    top = (await talk.seen())[1]  # older pages may come in above now, or later

    async def stands(what: str) -> None:
        now = {line["words"]: line["top"] for line in await talk.seen()}
        assert top["words"] in now, f"{what}: {top['words']} is gone, {list(now)} are here"
        assert near(now[top["words"]], top["top"]), f"{what}: {now[top['words']]}, not {top['top']}"

    await talk.write(1)
    await stands("a new message")
    await bob.back()
    await talk.read_up_to(121)
    await bob.open_chat("小安")
    await bob.sees(top["words"])
    await stands("coming back")
    await bob.page.reload()
    await bob.sees(top["words"])
    await stands("a reload")
    width, height = 390, 844
    await bob.page.set_viewport_size({"width": height, "height": width})
    assert top["words"] in [line["words"] for line in await talk.seen()]
    await bob.page.set_viewport_size({"width": width, "height": height})
    await stands("turned and back")
    await shot(bob.page, "01-place")


async def test_place_is_kept_below_what_changes(talk):
    """What a reader looks at stands still while older messages come in above, while one of them grows, as a
    picture or an edit makes it, and while new ones come below."""
    talk = await talk(PHONE)
    await talk.write(150)
    bob = talk.reader
    await talk.read_up_to(150)
    await bob.page.reload()
    await bob.open_chat("小安")
    await bob.sees("message 150")
    lines = bob.page.locator(".scroller .line")

    async def stands(what: str, top: dict) -> None:
        now = {line["words"]: line["top"] for line in await talk.seen()}
        assert near(now.get(top["words"], -1), top["top"]), f"{what}: {top} is elsewhere, {now}"

    # The list is near its top: older ones come.
    highest = await bob.page.locator(".scroller").evaluate("list => list.scrollTop")
    await talk.swipe(highest - 300)
    top = (await bob.page.evaluate(f"() => new Promise(requestAnimationFrame).then({SEEN})"))[1]
    while await bob.page.locator(".scroller").evaluate("list => list.scrollTop") < 800:
        await bob.page.wait_for_timeout(50)
    await stands("older ones", top)

    top = (await talk.seen())[1]
    grown = await lines.evaluate_all("""lines => {
        const edge = document.querySelector('.scroller').getBoundingClientRect().top
        const above = lines.filter(line => line.getBoundingClientRect().bottom < edge)
        for (const line of above) line.style.paddingBottom = '90px'
        return above.length
    }""")
    assert grown > 0
    await stands("grown ones above", top)
    await talk.write(3)
    await stands("new ones below", top)


async def test_messages_by_keyboard(talk, shot):
    """One Tab goes to a message, arrows, Home and End go from one to the next, and a further Tab leaves the
    log for the field."""
    talk = await talk(DESKTOP)
    await talk.write(60)
    bob = talk.reader
    await talk.read_up_to(60)
    await bob.page.reload()
    await bob.open_chat("小安")
    await bob.sees("message 60")
    await talk.seen()
    await bob.page.wait_for_timeout(500)
    await bob.chat("小安").get_by_role("button", name="更多", exact=True).first.focus()
    await bob.page.keyboard.press("Tab")
    focused = bob.page.locator(".scroller :focus")
    await expect(focused).to_have_attribute("aria-label", re.compile("小安, message 60, "))
    await bob.page.keyboard.press("ArrowUp")
    await expect(focused).to_contain_text("message 59")
    await shot(bob.page, "01-focus")
    for _ in range(20):
        await bob.page.keyboard.press("ArrowUp")
    await expect(focused).to_contain_text("message 39")
    await expect(focused).to_be_in_viewport()
    await bob.page.keyboard.press("End")
    await expect(focused).to_contain_text("message 60")
    await bob.page.keyboard.press("Home")
    await expect(focused).to_be_in_viewport()
    await bob.page.keyboard.press("End")
    await expect(focused).to_contain_text("message 60")
    await expect(bob.page.locator(".jump:not([inert])")).to_have_count(0)
    # The face beside the message, which is a button; then the words, before the tools that stand above them.
    await bob.page.keyboard.press("Tab")
    await expect(focused).to_have_accessible_name("小安")
    await bob.page.keyboard.press("Tab")
    await expect(bob.field).to_be_focused()
    await bob.page.keyboard.press("Shift+Tab")
    await expect(focused).to_contain_text("message 60")
