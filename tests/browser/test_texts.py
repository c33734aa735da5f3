"""Names and texts of strangers, as they are drawn: whole, in their own direction, turning nothing else."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP
from tests.browser.person import Person

#: The letters of an element in the order in which they stand on the screen, from the left.
DRAWN = """element => {
    const places = []
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    for (let node; (node = walk.nextNode()); ) {
        for (let at = 0; at < node.length; at++) {
            const range = document.createRange()
            range.setStart(node, at)
            range.setEnd(node, at + 1)
            const box = range.getBoundingClientRect()
            if (box.width) places.push([Math.round(box.top / 8), box.left, node.data[at]])
        }
    }
    return places.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(place => place[2]).join('')
}"""


async def test_directions(people, shot):
    """Arabic is read from the right, in the chat, the list and the field; what turns letters in a message or
    a file's name turns neither the time beside it nor the ending of the file."""
    ann = Person(await people.window("ann", DESKTOP), "نور!", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "👨‍👩‍👧‍👦一家", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await ann.say("مرحبا!")
    await bob.open_chat("نور!")
    text = bob.log.locator(".text").last
    await expect(text).to_contain_text("مرحبا!")
    assert (await text.evaluate(DRAWN)).index("!") < (await text.evaluate(DRAWN)).index("م")
    for place in (bob.row("نور!").locator(".title"), bob.row("نور!").locator(".preview")):
        assert (await place.evaluate(DRAWN)).startswith("!")
    await bob.field.fill("שלום!")
    assert await bob.field.evaluate("field => getComputedStyle(field).direction") == "rtl"
    await bob.field.fill("")
    await shot(bob.page, "01-arabic")

    for content, media in (("pay\u202e0001", 1), ("发票\u202efdp.exe", 10)):
        answer = await ann.page.request.post(
            "/message/send",
            data={
                "userid": ann.id,
                "cmd": 10,
                "dstid": bob.id,
                "media": media,
                "content": content,
                "url": "https://files.example/x.exe",
            },
        )
        assert (await answer.json())["code"] == 0
    name = bob.log.locator(".file .name")
    await expect(name).to_be_visible()
    assert (await name.evaluate(DRAWN)).endswith(".exe")
    times = bob.log.locator("time")
    for number in range(await times.count()):
        assert await times.nth(number).evaluate(DRAWN) == await times.nth(number).inner_text()
    assert "发票fdp.exe" in await bob.row("نور!").locator(".preview").evaluate(DRAWN)
    await expect(ann.row("👨‍👩‍👧‍👦一家").locator(".letter")).to_have_text("👨‍👩‍👧‍👦")
    await shot(bob.page, "02-turned")
