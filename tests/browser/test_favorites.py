"""What somebody keeps stays theirs: favourites and stickers of their own."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import menu, press
from tests.browser.test_forwards import forward_to

DARK = {"color_scheme": "dark"}


async def two(people) -> tuple[Person, Person]:
    """Friends, one at a phone in the dark, one at a desk; their chat is open."""
    ann = Person(await people.window("ann", PHONE | DARK), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    return ann, bob


async def choose(person: Person, bubble, what: str) -> None:
    await press(person, bubble)
    await menu(person).get_by_role("menuitem", name=what, exact=True).click()
    await expect(menu(person)).to_have_count(0)


async def test_kept_whatever_becomes_of_it(people, picture, shot):
    """Each kind of message is kept and drawn; it stays when the original is recalled, is found by its words,
    leads to its place, is sent on and removed."""
    ann, bob = await two(people)
    await bob.say("周六八点爬山，带两瓶水 https://trail.example.org/")
    await bob.attach("图片", picture("sea.png", "#2a6", 640, 400))
    await bob.attach("文件", picture("plan.png", "#46a", 100, 100))
    await bob.send_link("https://trail.example.org/map", "环山路线")
    await bob.send_sticker("小喜鹊", "你好")
    await bob.send_card("阿波")
    await bob.talk(1400)
    await bob.all_sent()
    bubbles = ann.log.locator(".bubble")
    await expect(bubbles).to_have_count(7)
    for at in range(7):
        await bubbles.nth(at).scroll_into_view_if_needed()
        await ann.page.wait_for_timeout(400)  # until the list has come to rest
        await choose(ann, bubbles.nth(at), "收藏")
        await expect(ann.page.get_by_text("已收藏").last).to_be_visible()
    first = bob.log.locator(".bubble", has_text="周六八点")
    await bob.wheel_to(first, -200)
    await choose(bob, first, "撤回")
    for count in range(40):
        await bob._call(
            "/message/send", userid=bob.id, cmd=10, dstid=ann.id, media=1, content=f"第 {count} 条"
        )

    await ann.place("我的")
    await ann.page.get_by_role("button", name="收藏").click()
    kept = ann.page.get_by_role("region", name="收藏").get_by_role("article")
    await expect(kept).to_have_count(7)
    await ann.pictures_are_drawn()
    await expect(ann.page.locator(".slide-enter-active")).to_have_count(0)
    await ann.fits()
    await shot(ann.page, "kept-phone-dark")
    await kept.last.scroll_into_view_if_needed()
    await expect(kept.last).to_contain_text("周六八点爬山")
    await shot(ann.page, "kept-end-phone-dark")

    # Recalled: kept, but not to be gone to any more.
    await kept.last.get_by_role("button", name="查看原消息").click()
    await expect(ann.page.get_by_text("原消息已不在了")).to_be_visible()
    await ann.page.get_by_role("searchbox", name="搜索收藏").fill("爬山")
    await expect(kept).to_have_count(1)
    await kept.get_by_role("button", name="转发").click()
    await shot(ann.page, "send-phone-dark")
    await forward_to(ann, "阿波")
    await expect(bob.row("小安")).to_contain_text("周六八点爬山，带两瓶水")

    # The other device has them, too; one leads to its place.
    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    await desk.page.get_by_role("navigation", name="主导航").get_by_role("link", name="收藏").click()
    kept = desk.page.get_by_role("region", name="收藏").get_by_role("article")
    await expect(kept).to_have_count(7)
    await desk.pictures_are_drawn()
    await shot(desk.page, "kept-desktop")
    await kept.filter(has_text="环山路线").get_by_role("button", name="查看原消息").click()
    await expect(desk.log.locator(".line.lit")).to_contain_text("环山路线")
    await expect(desk.log.get_by_text("环山路线")).to_be_in_viewport()
    await desk.page.get_by_role("navigation", name="主导航").get_by_role("link", name="收藏").click()
    await kept.filter(has_text="环山路线").get_by_role("button", name="删除").click()
    await desk.page.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(kept).to_have_count(6)


async def panel(person: Person):
    """Open the panel at one's own stickers; the stickers in it."""
    await person._open_emoji()
    await person.page.get_by_role("group", name="表情分类").get_by_role("button", name="我的表情").click()
    return person.page.locator("[data-sticker]")


async def test_stickers_of_ones_own(people, picture, shot):
    """A picture and a sticker of a message are kept, one of the device is added; they go out from the panel,
    and are the same on the other device, where one is removed."""
    ann, bob = await two(people)
    await bob.attach("图片", picture("sea.png", "#2a6", 900, 900))
    await bob.send_sticker("小喜鹊", "哈哈")
    await bob.all_sent()
    bubbles = ann.log.locator(".bubble")
    await expect(bubbles).to_have_count(2)
    for at in range(2):
        await ann.page.wait_for_timeout(400)  # until the list has come to rest
        await choose(ann, bubbles.nth(at), "添加到表情")
        await expect(ann.page.get_by_text("已添加到表情").last).to_be_visible()
    own = await panel(ann)
    await expect(own).to_have_count(2)
    async with ann.page.expect_file_chooser() as choosing:
        await ann.page.get_by_role("button", name="添加图片为表情").click()
    await (await choosing.value).set_files(picture("red.png", "#b33", 300, 300))
    await expect(own).to_have_count(3)
    await ann.pictures_are_drawn()
    await shot(ann.page, "panel-phone-dark")
    await own.nth(0).click()
    await own.nth(1).click()
    await expect(bob.log.locator(".sticker img")).to_have_count(3)

    desk = Person(await people.window("ann's desk", DESKTOP), "小安", "13800000001")
    desk.id = ann.id
    await desk.login()
    await desk.open_chat("阿波")
    own = await panel(desk)
    await expect(own).to_have_count(3)
    await desk.pictures_are_drawn()
    await shot(desk.page, "panel-desktop")
    await own.nth(2).click(button="right")
    await desk.page.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(own).to_have_count(2)
    # By keys, too; the panel stays for the next.
    await own.nth(1).focus()
    await desk.page.keyboard.press("Delete")
    await desk.page.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(own).to_have_count(1)
    await ann.page.get_by_role("group", name="表情分类").get_by_role("button").nth(2).click()
    await expect(await panel(ann)).to_have_count(1)
