"""A page written years ago for the first generation of the system, unchanged, in a real browser."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE

CLASSIC = Path(__file__).resolve().parent.parent / "fixtures" / "classic"


async def open_classic(people, name: str, device: dict) -> Page:
    """A window on the classic site, which stands beside our own pages on the server's origin."""
    page = await people.window(name, device)
    # To Chromium a page that the test hands over comes from nowhere, and may not reach this machine by
    # itself.
    await page.context.grant_permissions(["local-network-access"])

    async def serve(route):
        await route.fulfill(path=CLASSIC / route.request.url.split("?")[0].rpartition("/")[2])

    await page.route("**/classic/*", serve)
    await page.goto("/classic/register.html")
    return page


async def register(page: Page, mobile: str, nickname: str, avatar: Path) -> int:
    """Register with a picture, log in; returns the number others find this person by."""
    await page.get_by_label("手机号").fill(mobile)
    await page.get_by_label("密码").fill("secret123")
    await page.get_by_label("昵称").fill(nickname)
    await page.get_by_label("头像").set_input_files(avatar)
    await picture_is_drawn(page, "头像预览")
    await page.get_by_role("button", name="注册").click()
    await page.wait_for_url("**/login.html")
    await page.get_by_label("手机号").fill(mobile)
    await page.get_by_label("密码").fill("secret123")
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/chat.html*")
    await expect(page).to_have_title("已连接")
    await expect(page.locator("#me")).to_have_text(nickname)
    await picture_is_drawn(page, "我的头像")
    return int(page.url.partition("id=")[2].partition("&")[0])


async def picture_is_drawn(page: Page, alt: str) -> None:
    """Wait until the browser has loaded and decoded the newest picture of that name."""
    image = page.get_by_alt_text(alt).last
    await expect(image).to_have_attribute("src", re.compile("."))
    await image.evaluate("image => image.decode()")


def messages(page: Page):
    return page.get_by_role("list", name="消息").get_by_role("listitem")


async def test_two_people_talk_on_the_classic_page(people, picture, shot):
    """Pages made for the classic system register, befriend, group and talk against this server, unchanged."""
    ann = await open_classic(people, "ann", DESKTOP)
    bob = await open_classic(people, "bob", PHONE)
    ann_id = await register(ann, "13800000001", "小安 Ann", picture("ann.png", "#7fb2e5"))
    bob_id = await register(bob, "13800000002", "阿波 Bob", picture("bob.png", "#e5a37f"))

    await ann.get_by_label("号码").fill(str(bob_id))
    await ann.get_by_role("button", name="加好友").click()
    await expect(ann.locator("#toast")).to_have_text("好友添加成功")
    await ann.get_by_role("button", name="加好友").click()
    await expect(ann.locator("#toast")).to_have_text("该用户已经被添加过啦")
    await bob.get_by_role("button", name="刷新").click()

    await ann.get_by_role("button", name=f"阿波 Bob ({bob_id})").click()
    await bob.get_by_role("button", name=f"小安 Ann ({ann_id})").click()
    await say(ann, "你好，Bob!")
    await expect(messages(bob)).to_have_text(["小安 Ann: 你好，Bob!"])
    await say(bob, "收到 {ok}")
    await expect(messages(ann)).to_have_text(["小安 Ann: 你好，Bob!", "阿波 Bob: 收到 {ok}"])

    await bob.get_by_label("图片").set_input_files(picture("sea.png", "#2a8fa8", 800, 500))
    await expect(messages(ann)).to_have_count(3)
    await picture_is_drawn(ann, "图片")
    await ann.get_by_role("button", name="你好").click()
    await expect(messages(bob)).to_have_count(4)
    await picture_is_drawn(bob, "表情")
    await shot(ann, "ann")
    await shot(bob, "bob")

    await ann.get_by_label("群名称").fill("老朋友们")
    await ann.get_by_role("button", name="建群").click()
    await expect(ann.locator("#toast")).to_have_text("已创建")
    group = ann.get_by_role("list", name="群").get_by_role("button")
    group_id = (await group.inner_text()).partition("(")[2].rstrip(")")
    await bob.get_by_label("号码").fill(group_id)
    await bob.get_by_role("button", name="加群").click()
    await expect(bob.locator("#toast")).to_have_text("已加入")
    await group.click()
    await bob.get_by_role("list", name="群").get_by_role("button").click()
    await say(bob, "大家好")
    await expect(messages(ann)).to_have_text(["阿波 Bob: 大家好"])
    await say(ann, "欢迎")
    await expect(messages(bob)).to_have_text(["阿波 Bob: 大家好", "小安 Ann: 欢迎"])
    await shot(ann, "group")

    await ann.get_by_role("button", name="退出").click()
    await ann.wait_for_url("**/login.html")


async def say(page: Page, text: str) -> None:
    await page.get_by_label("消息", exact=True).and_(page.get_by_role("textbox")).fill(text)
    await page.get_by_role("button", name="发送").click()


async def test_classic_page_shows_refusals(people, picture):
    """A refusal reaches a classic page as a text it can show, never as a status it waits on for ever."""
    page = await open_classic(people, "ann", DESKTOP)
    await register(page, "13800000003", "安", picture("ann.png", "#7fb2e5"))
    await page.goto("/classic/login.html")
    await page.get_by_label("手机号").fill("13800000003")
    await page.get_by_label("密码").fill("wrong-one")
    await page.get_by_role("button", name="登录").click()
    await expect(page.locator("#toast")).not_to_be_empty()
    await page.goto("/classic/register.html")
    await page.get_by_label("手机号").fill("13800000003")
    await page.get_by_label("密码").fill("secret123")
    await page.get_by_role("button", name="注册").click()
    await expect(page.locator("#toast")).to_have_text("该手机号已经注册")
