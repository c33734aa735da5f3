"""Groups as their owner, an admin, a member and an outsider see them; the devices of each learn at once what
another does."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import PASSWD, Person

DARK = {"color_scheme": "dark"}
NAME = "周末爬山"


async def arrive(people, name: str, mobile: str, device: dict, language: str = "zh-CN") -> Person:
    person = Person(await people.window(mobile, device, language), name, mobile)
    form = {"mobile": mobile, "nickname": name, "passwd": PASSWD}
    person.id = (await person._call("/user/register", **form))["data"]["id"]
    return person


async def second(people, person: Person) -> Person:
    """A further window of the same person."""
    window = await people.watch(f"{person.mobile} again", person.page.context)
    other = Person(window, person.name, person.mobile)
    other.id = person.id
    return other


async def at(person: Person, place: str) -> None:
    await person.page.goto("about:blank")
    await person.page.goto(f"/chat/index.shtml?id={person.id}#{place}")


async def menu(person: Person, member: str, item: str) -> None:
    """Does something to a member, on the page of all of them."""
    await person.page.get_by_role("button", name=f"{member} 的操作").click()
    await person.page.get_by_role("menuitem", name=item, exact=True).click()


async def agree(person: Person, ok: str) -> None:
    await person.page.get_by_role("dialog").get_by_role("button", name=ok, exact=True).click()


def notice(person: Person, words: str):
    return person.page.get_by_role("log").locator(".notice", has_text=re.compile(words))


async def test_made_headed_and_ended(people, shot):
    """Friends in it; an admin, an announcement, an alias, mutes, a removal, another owner, the end."""
    ann = await arrive(people, "小安", "13800000001", DESKTOP)
    bob = await arrive(people, "阿波", "13800000002", PHONE | DARK)
    cat = await arrive(people, "林晓雨", "13800000003", PHONE)
    for friend in (bob, cat):
        await ann._call("/contact/addfriend", userid=ann.id, dstid=friend.id)
    await asyncio.gather(*(at(person, "/") for person in (bob, cat)))

    # Made, with two friends in it from the beginning.
    await at(ann, "/create")
    main = ann.page.get_by_role("main")
    await main.get_by_label("群名称").fill(NAME)
    await main.get_by_role("checkbox", name="阿波").check(force=True)
    await main.get_by_label("搜索好友").fill("晓雨")
    await main.get_by_label("搜索好友").press("Enter")
    await shot(ann.page, "create-desktop")
    await main.get_by_role("button", name="创建群聊").click()
    await expect(ann.chat(NAME)).to_contain_text("3 位成员")
    await expect(notice(ann, "你 将 阿波、林晓雨 添加到群聊")).to_be_visible()
    group = int(re.search(r"#/c/11/(\d+)", ann.page.url)[1])
    ann2 = await second(people, ann)
    await at(ann2, f"/g/{group}/members")
    for person in (bob, cat):
        await person.open_chat(NAME)
    await expect(notice(cat, "小安 将 阿波、你 添加到群聊")).to_be_visible()

    # An admin, whose devices have the pages of one at once.
    await at(bob, f"/g/{group}")
    await expect(bob.page.get_by_role("button", name="群管理")).to_have_count(0)
    await menu(ann2, "阿波", "设为管理员")
    await expect(bob.page.get_by_role("button", name="群管理")).to_be_visible()
    await expect(ann2.page.locator("[data-member]", has_text="阿波")).to_contain_text("管理员")
    await shot(bob.page, "group-phone-dark")

    # What all are told, until each has put it away.
    await bob.page.get_by_role("button", name="群公告").click()
    await bob.page.get_by_role("button", name="编辑公告").click()
    await bob.page.get_by_label("公告内容").fill("八点东门集合\n带水")
    await bob.page.get_by_role("button", name="发布").click()
    bar = ann.page.get_by_role("region", name="群公告")
    await expect(bar).to_contain_text("八点东门集合")
    await expect(notice(ann, "阿波 发布了群公告")).to_contain_text("带水")
    await expect(cat.page.get_by_role("region", name="群公告")).to_be_visible()
    await shot(cat.page, "announced-phone")
    await bar.get_by_role("button", name="收起公告").click()
    await expect(bar).to_have_count(0)
    await cat.page.get_by_role("region", name="群公告").get_by_role("button", name="八点").click()
    await expect(cat.page.get_by_role("dialog")).to_contain_text("带水")
    await cat.page.get_by_role("button", name="关闭").click()
    await expect(cat.page.get_by_role("region", name="群公告")).to_have_count(0)

    # Another name in the group, and a mention by it.
    cat2 = await second(people, cat)
    await at(cat2, f"/g/{group}")
    await cat2.page.get_by_role("button", name="我在本群的昵称").click()
    await cat2.page.get_by_role("textbox", name="昵称").fill("雨儿")
    await agree(cat2, "确定")
    await cat.say("我带午饭")
    await expect(ann.log.locator(".author")).to_have_text("雨儿")
    await ann.field.press_sequentially("@雨")
    await ann.field.press("Enter")
    await ann.field.press_sequentially("好")
    await ann.field.press("Enter")
    await expect(cat.log.locator(".calls")).to_have_text("@雨儿")

    # Muted by an admin: no field on any device, until when is said; and then it is back.
    await at(bob, f"/g/{group}/members")
    await menu(bob, "雨儿", "禁言")
    await bob.page.get_by_role("dialog").get_by_role("button", name="10 分钟").click()
    await expect(cat.page.get_by_role("note")).to_contain_text(
        re.compile(r"你已被禁言，\d\d:\d\d 后可以发言")
    )
    await expect(bob.page.locator("[data-member]", has_text="雨儿")).to_contain_text("禁言至")
    await shot(cat.page, "muted-phone")
    await at(cat2, f"/c/11/{group}")
    await expect(cat2.page.get_by_role("note")).to_contain_text("你已被禁言")
    await at(bob, f"/g/{group}/manage")
    await bob.page.get_by_role("button", name="被禁言的成员").click()
    await bob.page.get_by_role("dialog").get_by_role("button", name="解除禁言").click()
    await expect(bob.page.get_by_role("dialog")).to_contain_text("没有被禁言的成员")
    await bob.page.get_by_role("button", name="关闭").click()
    for device in (cat, cat2):
        await expect(device.field).to_be_visible()
    await bob.page.get_by_role("switch", name="全员禁言").check()
    for device in (cat, cat2):
        await expect(device.page.get_by_role("note")).to_contain_text("已开启全员禁言")
    await expect(ann.field).to_be_visible()
    await expect(notice(ann, "阿波 开启了全员禁言")).to_be_visible()
    await shot(bob.page, "manage-phone-dark")
    await bob.page.get_by_role("switch", name="全员禁言").uncheck()
    await expect(cat.field).to_be_visible()

    # Put out while the chat is open: nothing is read there any more; and let in again.
    await at(bob, f"/g/{group}/members")
    await menu(bob, "雨儿", "移出群聊")
    await agree(bob, "移出群聊")
    for device in (cat, cat2):
        await expect(device.chat(NAME)).to_contain_text("你已不在这个群里，看不到其中的消息")
        await expect(device.log).to_have_count(0)
    await expect(ann.chat(NAME)).to_contain_text("2 位成员")
    await expect(notice(ann, "阿波 将 雨儿 移出了群聊")).to_be_visible()
    await shot(cat2.page, "removed-phone")
    await cat.page.get_by_role("button", name="查看群资料").click()
    await cat.page.get_by_role("button", name="加入该群").click()
    await expect(notice(cat, "你 加入了群聊")).to_be_visible()
    await expect(cat2.field).to_be_visible()
    await expect(cat2.message("我带午饭")).to_have_count(0)

    # Another owner, who ends it: what was said can be read.
    await menu(ann2, "阿波", "转让群主")
    await agree(ann2, "转让群主")
    await expect(notice(cat, "小安 将群主转让给 阿波")).to_be_visible()
    await expect(ann2.page.get_by_role("button", name="的操作")).to_have_count(0)
    await at(bob, f"/g/{group}/manage")
    await bob.page.get_by_role("button", name="解散群聊").click()
    await agree(bob, "解散群聊")
    for device in (ann, cat, cat2):
        await expect(device.page.get_by_role("note")).to_contain_text("该群已解散")
    await ann.sees("我带午饭")
    await shot(ann.page, "dissolved-desktop")
    await ann.place("群聊")
    await expect(ann.page.get_by_text("还没有加入群聊")).to_be_visible()
    await at(cat, f"/c/11/{group}")
    await expect(cat.page.get_by_role("note")).to_contain_text("该群已解散")
    await expect(notice(cat, "阿波 解散了群聊")).to_be_visible()
    assert group


async def test_ways_in(people, shot):
    """By a link before one has logged in, by asking, by invitation alone; and no more for who is banned."""
    ann = await arrive(people, "小安", "13800000001", DESKTOP)
    dan = await arrive(people, "Dan", "13800000004", PHONE, "en-US")
    eve = await arrive(people, "Eve", "13800000005", DESKTOP | DARK, "en-US")
    group = (await ann._call("/contact/createcommunity", userid=ann.id, name=NAME, memo="每周六"))["data"][
        "id"
    ]

    # A link, as a QR code and to copy.
    await at(ann, f"/g/{group}")
    await ann.page.get_by_role("button", name="二维码与邀请链接").click()
    dialog = ann.page.get_by_role("dialog", name="二维码")
    await dialog.get_by_role("button", name="生成").click()
    await expect(dialog.get_by_role("img", name="群二维码")).to_be_visible()
    address = await dialog.locator(".address").inner_text()
    assert re.fullmatch(r"http://[^/]+/g/[\w-]+", address)
    await shot(ann.page, "link-desktop")
    await ann.page.get_by_role("button", name="关闭").click()

    # Who has not logged in does so first, and comes to the group then.
    await dan._call("/user/logout", userid=dan.id)
    await dan.page.goto(address)
    await dan.page.get_by_label("Mobile").fill(dan.mobile)
    await dan.page.get_by_label("Password").fill(PASSWD)
    await dan.page.get_by_role("button", name="Log in").click()
    await expect(dan.page.get_by_role("heading", name=NAME)).to_be_visible()
    await expect(dan.page.get_by_text("1 member", exact=True)).to_be_visible()
    await shot(dan.page, "invited-phone-en")
    await dan.page.get_by_role("button", name="Join this group").click()
    await expect(notice(dan, "You joined the group")).to_be_visible()
    await shot(dan.page, "joined-phone-en")

    # Asked for, with why; the heads see it on the row, in the chat and on the page.
    await at(ann, f"/g/{group}/manage")
    await ann.page.get_by_role("radio", name="需要审核").check(force=True)
    await expect(ann.page.get_by_text("已保存")).to_be_visible()
    await ann.open_chat(NAME)
    await at(eve, "/groups")
    await eve.page.get_by_role("button", name="Join a group").click()
    await eve.page.get_by_label("The group’s number").fill(str(group))
    await eve.page.get_by_role("button", name="Find").click()
    await eve.page.get_by_label("Why you want to join").fill("A friend of Dan")
    await shot(eve.page, "asking-desktop-dark-en")
    await eve.page.get_by_role("main").get_by_role("button", name="Ask to join").click()
    await expect(eve.page.get_by_text("You asked to join")).to_be_visible()
    eve2 = await second(people, eve)
    await at(eve2, f"/g/{group}")
    await expect(eve2.page.get_by_text("You asked to join")).to_be_visible()
    await expect(ann.row(NAME)).to_contain_text("[1 人申请入群]")
    await expect(ann.page.get_by_role("link", name="群聊, 1 人申请入群")).to_be_visible()
    await shot(ann.page, "requested-desktop")
    await ann.chat(NAME).get_by_role("button", name="1 人申请入群").click()
    requests = ann.page.get_by_role("dialog", name="入群申请")
    await expect(requests).to_contain_text("A friend of Dan")
    await shot(ann.page, "requests-desktop")
    await requests.get_by_role("button", name="通过").click()
    await expect(requests).to_contain_text("已通过")
    await ann.page.get_by_role("button", name="关闭").click()
    await expect(ann.chat(NAME).get_by_role("button", name="申请入群")).to_have_count(0)
    for device in (eve, eve2):
        await device.page.get_by_role("button", name="Open chat").click()
        await expect(notice(device, "小安 added you")).to_be_visible()

    # Only by invitation; and never for who is banned.
    await ann._call("/community/update", userid=ann.id, dstid=group, join="invite")
    await at(ann, f"/g/{group}/members")
    await menu(ann, "Eve", "移出并禁止加入")
    await agree(ann, "移出并禁止加入")
    await expect(eve.page.get_by_text("can’t read its messages")).to_be_visible()
    await eve.page.get_by_role("button", name="About this group").click()
    await expect(eve.page.get_by_text("Only members can invite people")).to_be_visible()
    await eve2.page.goto("about:blank")
    await eve2.page.goto(address)
    await eve2.page.get_by_role("button", name="Join this group").click()
    await expect(eve2.page.get_by_role("main")).to_contain_text(NAME)
    await expect(eve2.page.locator(".toast")).to_be_visible()
    await at(ann, f"/g/{group}/manage")
    await ann.page.get_by_role("button", name="禁止加入的人").click()
    await ann.page.get_by_role("dialog").get_by_role("button", name="允许加入").click()
    await ann.page.get_by_role("button", name="关闭").click()
    await eve2.page.get_by_role("button", name="Join this group").click()
    await expect(notice(eve2, "You joined the group")).to_be_visible()

    # A link that was taken back leads nowhere.
    await at(ann, f"/g/{group}")
    await ann.page.get_by_role("button", name="二维码与邀请链接").click()
    await ann.page.get_by_role("dialog").get_by_role("button", name="停用").click()
    await ann.page.get_by_role("dialog", name="停用").get_by_role("button", name="停用").click()
    await expect(ann.page.get_by_text("有链接或二维码的人可以加入本群")).to_be_visible()
    await dan.page.goto("about:blank")
    await dan.page.goto(address)
    await expect(dan.page.get_by_role("alert")).to_contain_text("This link leads nowhere")
