"""What somebody begins to write on one device they go on writing on another."""

from playwright.async_api import expect

from tests.browser.person import Person
from tests.browser.test_arranging import two_devices


async def test_from_the_desk_to_the_phone(people, shot):
    """The text follows its writer, is empty everywhere when it is sent, and two texts for one chat stand
    beside each other until one is chosen."""
    ann, desk, bob, _ = await two_devices(people)
    await desk.open_chat("阿波")
    await desk.field.press_sequentially("周日去")
    await expect(ann.row("阿波")).to_contain_text("[草稿] 周日去")
    await ann.open_chat("阿波")
    await expect(ann.field).to_have_value("周日去")
    await ann.field.press_sequentially("爬山吗？")
    await expect(desk.field).to_have_value("周日去爬山吗？")
    await ann.field.press("Enter")
    await desk.sees("周日去爬山吗？")
    for person in (ann, desk):
        await expect(person.field).to_have_value("")
        await expect(person.row("阿波")).not_to_contain_text("草稿")
    await bob.open_chat("小安")
    await expect(bob.field).to_have_value("")

    async def phone_first(route) -> None:
        await write(ann, bob, "手机上写的")
        await route.continue_()

    # The phone is quicker by a moment: the desk's field stays as it is.
    await desk.page.route("**/draft/set", phone_first, times=1)
    await desk.field.press_sequentially("桌上写的")
    other = desk.page.get_by_role("group", name="其他设备上的草稿")
    await expect(other).to_contain_text("手机上写的")
    await expect(desk.field).to_have_value("桌上写的")
    await desk.fits()
    await shot(desk.page, "two-texts")
    await other.get_by_role("button", name="使用").click()
    await expect(desk.field).to_have_value("手机上写的")
    await expect(other).to_have_count(0)


async def write(person: Person, to: Person, text: str) -> None:
    """On some third device of theirs."""
    await person._call("/draft/set", userid=person.id, kind=10, dstid=to.id, content=text)
