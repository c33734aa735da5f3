"""The page on a phone that lies on its side, with a keyboard, and by keyboard alone."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP
from tests.browser.person import Person

ON_ITS_SIDE = {"viewport": {"width": 844, "height": 390}, "is_mobile": True, "has_touch": True}


async def test_a_phone_on_its_side(people, shot):
    """A phone on its side has the phone's page; with its keyboard open there is still room for messages."""
    ann = Person(await people.window("ann", ON_ITS_SIDE), "小安", "13800000001")
    await ann.join()
    await expect(ann.page.get_by_role("separator", name="列表宽度")).to_have_count(0)
    await ann.page.goto("about:blank")  # a page of its own: not a step inside one that is still arriving
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{ann.id}")
    await ann.say("记得买菜")
    await ann.sees("记得买菜")
    await ann.page.set_viewport_size({"width": 844, "height": 180})
    await ann.field.fill("一\n二\n三\n四\n五")
    await expect(ann.log).to_be_visible()
    box = await ann.log.bounding_box()
    assert box["height"] >= 90, box
    await shot(ann.page, "keyboard")
    await ann.fits()


async def test_the_focus_comes_back(people):
    """After a dialog that the plus menu opened, the focus is on the plus again."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    await ann.join()
    plus = ann.page.get_by_role("button", name="添加", exact=True)
    await plus.focus()
    await ann.page.keyboard.press("Enter")
    await expect(ann.page.get_by_role("menuitem", name="加好友")).to_be_focused()
    await ann.page.keyboard.press("Enter")
    await expect(ann.page.get_by_label("对方的 ID 号")).to_be_focused()
    await ann.page.keyboard.press("Escape")
    await expect(ann.page.get_by_role("dialog")).to_have_count(0)
    await expect(plus).to_be_focused()
