"""Becoming friends, being called otherwise, and wanting nothing any more, as two people see it in their
browsers."""

import re

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import PASSWD, Person


async def two(people) -> tuple[Person, Person]:
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "大鹏", "13800000002")
    for person in (ann, bob):
        await person.join()
    return ann, bob


async def at_desk(people, person: Person) -> Person:
    """The same person at another device."""
    desk = Person(await people.window(f"{person.name}'s desk", DESKTOP), person.name, person.mobile)
    desk.id = person.id
    await desk.login()
    return desk


async def profile(person: Person, other: Person) -> None:
    await person.page.goto(f"/chat/index.shtml?id={person.id}#/u/{other.id}")
    await expect(person.page.get_by_role("heading", name="资料")).to_be_visible()


def button(person: Person, name: str):
    return person.page.get_by_role("button", name=name, exact=True)


async def test_asking_to_be_friends(people, shot):
    """Bob wants to be asked. Ann finds him by his mobile and greets him; both his devices show that she waits
    until one of them says yes, and then both may write."""
    ann, bob = await two(people)
    desk = await at_desk(people, bob)
    await bob.place("我的")
    await bob.page.get_by_role("button", name="设置").click()
    await bob.page.get_by_text("需要我同意", exact=True).click()
    await expect(bob.page.get_by_role("radio", name="需要我同意")).to_be_checked()

    await ann.place("通讯录")
    await button(ann, "加好友").first.click()
    await ann.page.get_by_label("对方的 ID 号").fill(bob.mobile)
    await button(ann, "查找").click()
    found = ann.page.get_by_role("dialog", name="找到了")
    await expect(found.get_by_text("大鹏", exact=True)).to_be_visible()
    await expect(found.get_by_label("申请信息")).to_have_value("我是小安")
    await found.get_by_label("申请信息").fill("爬山时认识的")
    await shot(ann.page, "01-greeting")
    await found.get_by_role("button", name="加好友").click()
    await expect(ann.page.get_by_text("已发送好友申请")).to_be_visible()

    for person in (bob, desk):
        await person.place("通讯录")
        row = person.page.get_by_role("link", name="新的朋友, 1 个申请待处理")
        await row.click()
        await expect(person.page.get_by_role("main").get_by_text("爬山时认识的")).to_be_visible()
    await shot(desk.page, "02-requests")
    await button(bob, "同意").click()
    for person in (bob, desk):
        await expect(person.page.get_by_role("main").get_by_text("已添加", exact=True)).to_be_visible()
        await expect(person.page.get_by_role("link", name=re.compile("待处理"))).to_have_count(0)
    await expect(ann.page.get_by_text("大鹏 通过了你的好友申请")).to_be_visible()
    await ann.open_chat("大鹏")
    await ann.say("你好")
    await desk.open_chat("小安")
    await desk.sees("你好")


async def test_what_one_calls_a_friend(people, shot):
    """Ann's word for Bob stands wherever his name does, on her devices only, and finds him by pinyin; what
    she writes names him as all know him."""
    ann, bob = await two(people)
    await ann.befriend(bob)
    number = await bob.create_group("周末爬山")
    await ann.join_group(number, "周末爬山")
    await bob.say("大家好")
    desk = await at_desk(people, ann)
    await profile(ann, bob)
    await button(ann, "备注").click()
    await ann.page.get_by_label("只有自己看得到").fill("单雄信")
    await button(ann, "保存").click()
    await expect(ann.page.get_by_role("heading", name="单雄信")).to_be_visible()
    await expect(ann.page.get_by_text("昵称：大鹏")).to_be_visible()
    await expect(button(ann, "共同的群聊 1")).to_be_visible()
    await shot(ann.page, "01-profile")
    await expect(desk.row("周末爬山")).to_contain_text("单雄信：大家好")
    await desk.open_chat("周末爬山")
    await expect(desk.log.locator(".author", has_text="单雄信")).to_be_visible()
    await desk.field.press_sequentially("@单", delay=30)
    await desk.page.get_by_role("option", name="单雄信").click()
    await desk.field.press_sequentially("收到", delay=10)
    await desk.field.press("Enter")
    await bob.sees("@大鹏\u2005收到")
    await desk.place("通讯录")
    contacts = desk.page.get_by_role("region", name="通讯录")
    await expect(contacts.get_by_role("heading", name="S", exact=True)).to_be_visible()
    await expect(contacts.get_by_role("link", name="单雄信")).to_be_visible()
    await shot(desk.page, "02-contacts")
    await desk.place("消息")
    await desk.page.keyboard.press("Control+k")
    await desk.page.get_by_role("searchbox").first.fill("sxx")
    await expect(desk.page.get_by_role("button", name="单雄信").first).to_be_visible()
    await expect(bob.row("周末爬山")).to_be_visible()


async def test_wanting_nothing_of_somebody(people, shot):
    """Ann blocks Bob: her chat says so and has no field, also at her desk; he is told what a stranger is,
    sees her go, and notices nothing else. Then she takes it back."""
    ann, bob = await two(people)
    await ann.befriend(bob)
    await ann.say("在吗")
    desk = await at_desk(people, ann)
    await desk.open_chat("大鹏")
    await bob.open_chat("小安")
    header = bob.chat("小安").get_by_role("button", name="小安").first
    await expect(header).to_contain_text("在线")
    await profile(ann, bob)
    await button(ann, "加入黑名单").click()
    await ann.page.get_by_role("dialog").get_by_role("button", name="加入黑名单").click()
    await expect(button(ann, "移出黑名单")).to_be_visible()
    await expect(desk.chat("大鹏").get_by_text("对方在你的黑名单中")).to_be_visible()
    await expect(desk.field).to_have_count(0)
    await shot(desk.page, "01-barred")
    await expect(header).not_to_contain_text("在线")
    await bob.say("怎么不回")
    await expect(bob.log.get_by_text("你们还不是好友")).to_be_visible()
    await shot(bob.page, "02-refused")
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/blocked")
    await expect(ann.page.get_by_role("link", name=re.compile("大鹏"))).to_be_visible()
    await shot(ann.page, "03-blocked")
    await button(ann, "移出黑名单").click()
    await expect(ann.page.get_by_text("黑名单里没有人")).to_be_visible()
    await expect(desk.field).to_be_visible()
    await expect(header).to_contain_text("在线")
    await bob.log.get_by_role("button", name="重试").click()
    await desk.sees("怎么不回")


async def test_friends_no_more(people, shot):
    """Ann deletes Bob: neither has the other, the chat can be read and says why nobody writes; whoever adds
    the other again writes on."""
    ann, bob = await two(people)
    await ann.befriend(bob)
    await ann.say("再见")
    await bob.open_chat("小安")
    await profile(ann, bob)
    await button(ann, "删除好友").click()
    dialog = ann.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("双方都不再是好友")
    await dialog.get_by_role("button", name="删除好友").click()
    await expect(ann.page.locator("main.pane").get_by_role("button", name="加好友")).to_be_visible()
    await expect(bob.chat("小安").get_by_text("你们还不是好友")).to_be_visible()
    await expect(bob.field).to_have_count(0)
    await bob.sees("再见")
    await shot(bob.page, "01-barred")
    await bob.chat("小安").get_by_role("button", name="加好友").click()
    await bob.page.get_by_role("dialog").get_by_role("button", name="加好友").click()
    await bob.say("又见面了")
    await ann.open_chat("大鹏")
    await ann.sees("又见面了")


async def test_a_card_that_is_scanned(people, shot):
    """Ann's card leads to her profile: who follows it and is not logged in does that first, and adds her
    then."""
    ann, bob = await two(people)
    await ann.place("我的")
    await button(ann, "我的二维码名片").click()
    dialog = ann.page.get_by_role("dialog", name="我的二维码名片")
    await expect(dialog.get_by_role("img", name="小安 的二维码名片")).to_be_visible()
    await shot(ann.page, "01-card")
    link = await dialog.locator(".link").inner_text()
    assert link.endswith(f"/chat/index.shtml#/u/{ann.id}")

    stranger = await people.window("bob at another place", PHONE)
    await stranger.goto(link)
    await stranger.wait_for_url("**/user/login.shtml")
    await stranger.get_by_label("手机号").fill(bob.mobile)
    await stranger.get_by_label("密码").fill(PASSWD)
    await stranger.get_by_role("button", name="登录", exact=True).click()
    await stranger.wait_for_url(f"**/chat/index.shtml?id={bob.id}#/u/{ann.id}")
    await expect(stranger.get_by_role("heading", name="小安")).to_be_visible()
    await shot(stranger, "02-scanned")
    await stranger.locator("main.pane").get_by_role("button", name="加好友").click()
    await stranger.get_by_role("dialog").get_by_role("button", name="加好友").click()
    await expect(stranger.get_by_role("region", name="小安", exact=True)).to_be_visible()
    await expect(ann.page.get_by_text("大鹏 添加了你为好友")).to_be_visible()

    further = await people.watch("bob in a new tab", stranger.context)  # logged in: at once
    await further.goto(link)
    await expect(further.get_by_role("button", name="发消息")).to_be_visible()


async def test_letters_of_many(people, shot):
    """Among five thousand friends a letter leads to its names, by finger or keys."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    await ann.join()
    names = ["张三", "李四", "王五", "赵六", "陈七", "Zoe", "安然", "单雄信"]
    spoken = ["zhang", "li", "wang", "zhao", "chen", "zoe", "an", "shan"]
    plain = {"mobile": "", "avatar": "", "sex": "U", "memo": "", "createat": 1, "online": 0, "token": ""}
    friends = [
        {
            **plain,
            "id": 1000 + number,
            "nickname": f"{names[number % 8]}{number}",
            "remark": "",
            "pinyin": f"{spoken[number % 8]} {number:04}",
        }
        for number in range(5000)
    ]

    async def many(route):
        await route.fulfill(json={"code": 0, "msg": "", "rows": friends, "total": len(friends)})

    await ann.page.route("**/contact/loadfriend", many)
    await ann.page.goto("about:blank")
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/contacts")
    letters = ann.page.get_by_role("slider", name="按字母查找")
    await expect(letters).to_be_visible()
    assert await ann.page.get_by_role("link").count() < 60  # only what is on the screen is drawn
    box = await letters.bounding_box()
    await ann.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    await expect(ann.page.get_by_role("heading", name="Z", exact=True)).to_be_in_viewport()
    await expect(ann.page.get_by_role("link", name="张三0 ID 1000")).to_be_in_viewport()
    await shot(ann.page, "01-z")
    await letters.press("Home")
    await expect(ann.page.get_by_role("link", name="安然6 ID 1006")).to_be_in_viewport()
    await letters.press("ArrowDown")
    await expect(letters).to_have_attribute("aria-valuetext", "C")
    await expect(ann.page.get_by_role("heading", name="C", exact=True)).to_be_in_viewport()
