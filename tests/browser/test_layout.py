"""The page on a phone that lies on its side, with a keyboard, and by keyboard alone."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import menu, press

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


async def test_all_of_a_menu_is_on_the_screen(people, shot):
    """The longest menu of a message, one's own text in one's own group, in small windows; and what stands in
    place of the field while messages are selected."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    await ann.join()
    group = await ann._call("/contact/createcommunity", ownerid=ann.id, name="周末爬山")
    await ann.page.goto("about:blank")  # a page of its own: not a step inside one that is still arriving
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/c/11/{group['data']['id']}")
    await ann.say("周六八点集合，带上水和雨衣，路线见群公告，大家不要迟到")
    await ann.all_sent()
    items = menu(ann).get_by_role("menuitem")
    for width, height in ((360, 640), (640, 360), (360, 520)):
        await ann.page.set_viewport_size({"width": width, "height": height})
        await press(ann, ann.log.locator(".bubble"))
        await expect(items).to_have_count(10)
        for item in await items.all():
            await expect(item).to_be_in_viewport(ratio=0.97)
        await shot(ann.page, f"menu-{width}")
        await ann.page.keyboard.press("Escape")
        await expect(menu(ann)).to_have_count(0)
    await ann.page.set_viewport_size({"width": 360, "height": 640})
    await press(ann, ann.log.locator(".bubble"))
    await menu(ann).get_by_role("menuitem", name="多选").click()
    count = ann.page.get_by_role("group", name="多选").get_by_text("已选 1 条")
    await expect(count).to_be_visible()
    assert (await count.bounding_box())["height"] < 30  # one line
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
