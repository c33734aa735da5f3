"""Finding people, groups and messages again: what two people said to each other, in Chinese and English."""

import asyncio
import re
from uuid import uuid4

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

#: What stands among some hundred others, by its number.
SAID = {
    5: "周末一起去爬山吗？香山的红叶正好看",
    40: "The quarterly report is ready, have a look",
    90: "我把报告report发到你的邮箱了",
    95: "昨天的会开得太久了，从早上九点一直讲到下午，中间只休息了一次，最后终于定下来下个月去云南出差",
    130: "reporters are waiting for 王小明",
    160: "爬山的时候记得带水",
}


class Searching:
    """What one does on the search page."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page
        self.area = self.page.get_by_role("search")
        self.field = self.area.get_by_role("searchbox")

    async def open(self) -> None:
        """From the list of chats; the field takes what is written."""
        await self.page.get_by_role("button", name="搜索", exact=True).click()
        await expect(self.field).to_be_focused()

    async def write(self, query: str) -> None:
        await self.field.fill(query)

    def results(self, section: str = "聊天记录") -> Locator:
        return self.area.get_by_role("region", name=section, exact=True).get_by_role("button")

    def result(self, words: str) -> Locator:
        return self.results().filter(has_text=words)

    def marked(self) -> Locator:
        return self.area.get_by_role("region", name="聊天记录", exact=True).locator("mark")

    async def narrow(self, name: str, choice: str) -> None:
        await self.area.get_by_role("button", name=name, exact=True).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=choice).click()


async def both(shot, page: Page, name: str) -> None:
    """A picture in light and in dark."""
    for theme in ("dark", "light"):
        await page.emulate_media(color_scheme=theme)
        await page.wait_for_timeout(200)  # colours fade over
        await shot(page, f"{name}-{theme}")


async def call(person: Person, path: str, **fields) -> dict:
    return await person._call(path, userid=person.id, **fields)


async def say(person: Person, kind: int, dstid: int, content: str, **fields) -> None:
    """By a call."""
    message = {"cmd": kind, "dstid": dstid, "media": 1, "content": content, "cid": str(uuid4()), **fields}
    await call(person, "/message/send", **message)


async def talk(people, device: dict) -> tuple[Person, Person]:
    """Bob has said much to Ann, and she a little; there is a group, too. Ann's window has this device."""
    ann = Person(await people.window("ann", device), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "张三丰", "13800000002")
    await asyncio.gather(ann.join(), bob.join())
    await call(ann, "/contact/addfriend", dstid=bob.id)
    group = (await call(ann, "/contact/createcommunity", name="香山登山队", cate=1))["data"]["id"]
    for number in range(1, 181):
        await say(bob, 10, ann.id, SAID.get(number, f"闲聊第{number}句，天气不错"))
        if number % 15 == 0:
            await asyncio.sleep(0.75)  # messages.message_rate
    await say(ann, 10, bob.id, "我也想爬山")
    await say(ann, 11, group, "爬山名单我来统计")
    return ann, bob


async def at_place(person: Person, text: str) -> None:
    """The message is on the screen, far from the end of the chat."""
    await expect(person.message(text)).to_be_in_viewport()
    await expect(person.message("我也想爬山")).to_have_count(0)
    await expect(person.log.locator(".line.lit")).to_contain_text(text)


async def test_on_a_phone(people, shot):
    """By one character, a phrase and a prefix; from a find into its place and back, all as it was."""
    ann, _bob = await talk(people, PHONE)
    search = Searching(ann)
    await search.open()
    await shot(ann.page, "empty")
    await search.write("山")
    await expect(search.results()).to_have_count(4)
    await expect(search.results("群聊")).to_have_text(re.compile("香山登山队"))
    await expect(search.results("联系人")).to_have_count(0)
    await both(shot, ann.page, "character")
    await search.write("香山的红叶")
    await expect(search.results()).to_have_count(1)
    await expect(search.marked()).to_have_text("香山的红叶")
    await search.write("repor")
    await expect(search.results()).to_have_count(3)
    await shot(ann.page, "prefix")
    await search.write("report 王小明")
    await expect(search.results()).to_have_count(1)
    await search.write("云南出差")
    await expect(search.results()).to_have_text(re.compile("…"))
    await expect(search.marked()).to_have_text("云南出差")
    await both(shot, ann.page, "excerpt")
    await search.write("没有人说过的话")
    await expect(search.area.get_by_text("没有找到与“没有人说过的话”有关的内容").last).to_be_visible()
    await shot(ann.page, "nothing")

    await search.write("闲聊")
    await expect(search.results()).to_have_count(50)
    for _ in range(3):
        await search.results().last.scroll_into_view_if_needed()
        await ann.page.wait_for_timeout(400)
    await expect(search.results()).to_have_count(174)
    wanted = search.result("闲聊第66句")
    await wanted.scroll_into_view_if_needed()
    before = await wanted.bounding_box()
    await wanted.click()
    await at_place(ann, "闲聊第66句，天气不错")
    await both(shot, ann.page, "place")
    await ann.page.go_back()
    await expect(search.field).to_have_value("闲聊")
    await expect(search.results()).to_have_count(174)
    await ann.page.wait_for_timeout(400)
    after = await search.result("闲聊第66句").bounding_box()
    assert abs(before["y"] - after["y"]) < 2
    await shot(ann.page, "back")

    await search.area.get_by_role("button", name="返回").click()
    await search.open()
    await expect(search.field).to_have_value("")
    await expect(search.area.get_by_role("region", name="最近搜索").get_by_role("listitem")).to_have_text(
        ["闲聊"]
    )
    await both(shot, ann.page, "recent")
    await search.area.get_by_role("button", name="删除“闲聊”").click()
    await expect(search.area.get_by_role("region", name="最近搜索")).to_have_count(0)


async def test_at_a_desk(people, shot):
    """By keys alone; the results stay beside the chat, follow edits and recalls, and are narrowed down."""
    ann, bob = await talk(people, DESKTOP)
    search = Searching(ann)
    await shot(ann.page, "list")
    await ann.page.keyboard.press("Control+k")
    await expect(search.field).to_be_focused()
    await ann.page.keyboard.type("zsf")
    await expect(search.results("联系人")).to_have_text(re.compile("张三丰"))
    await ann.page.keyboard.press("Control+a")
    await ann.page.keyboard.type("爬山")
    await expect(search.results()).to_have_count(4)
    await shot(ann.page, "results")
    await search.field.press("ArrowDown")
    for _ in range(3):
        await ann.page.keyboard.press("ArrowDown")
    await ann.page.keyboard.press("Enter")
    await at_place(ann, SAID[5])
    await expect(search.result("香山的红叶")).to_be_focused()
    await both(shot, ann.page, "place")
    await ann.page.keyboard.press("ArrowUp")
    await ann.page.keyboard.press("Enter")
    await expect(ann.message(SAID[160])).to_be_in_viewport()

    rows = (await call(bob, "/message/search", q="爬山"))["rows"]
    ids = {row["content"]: row["id"] for row in rows}
    edit = {"kind": 10, "dstid": ann.id, "cmd": 15}
    await call(bob, "/message/change", id=ids[SAID[160]], content="登山的时候记得带水", cid="e1", **edit)
    await expect(search.results()).to_have_count(3)
    recall = {"kind": 10, "dstid": bob.id, "cmd": 14}
    await call(ann, "/message/change", id=ids["我也想爬山"], cid="r1", **recall)
    await expect(search.results()).to_have_count(2)

    await ann.field.focus()
    await ann.page.keyboard.press("Control+k")
    await expect(search.field).to_be_focused()
    await expect(search.field).to_have_value("爬山")
    await search.narrow("发送人", "小安")
    await expect(search.results()).to_have_count(1)
    await expect(search.results()).to_have_text(re.compile("爬山名单"))
    await both(shot, ann.page, "author")
    await search.area.get_by_role("button", name="去掉筛选 发送人: 我").click()
    await expect(search.results()).to_have_count(2)
    await search.narrow("类型", "文件")
    await expect(search.results()).to_have_count(0)
    await search.area.get_by_role("button", name="去掉筛选 类型: 文件").click()
    await search.narrow("日期", "今天")
    await expect(search.results()).to_have_count(2)
    await shot(ann.page, "days")
    await search.field.press("Escape")
    await expect(search.area).to_have_count(0)

    chat = ann.chat("张三丰")
    await chat.get_by_role("button", name="更多", exact=True).first.click()
    await ann.page.get_by_role("menuitem", name="查找聊天记录").click()
    await search.write("爬山")
    await expect(search.results()).to_have_count(1)
    await expect(search.results()).to_have_text(re.compile("香山的红叶"))
    await shot(ann.page, "in-chat")
    await search.field.press("Escape")
    await expect(search.area).to_have_count(0)
    await ann.page.keyboard.press("Control+f")
    await expect(search.area.get_by_role("button", name="聊天: 张三丰", exact=True)).to_be_visible()


async def test_in_one_chat(people, shot):
    """From a chat's page and back to it; what is more than words is found by its name, and told by a sign."""
    ann, bob = await talk(people, PHONE)
    for media, fields in (
        (7, {"content": "爬山路线图", "url": "https://example.com/route"}),
        (9, {"content": str(bob.id), "memo": "爬山领队"}),
        (11, {"content": "香山公园爬山入口", "memo": "39.99,116.19"}),
    ):
        await say(bob, 10, ann.id, media=media, **fields)
    search = Searching(ann)
    await ann.open_chat("张三丰")
    await ann.chat("张三丰").get_by_role("button", name="张三丰").first.click()
    await ann.page.get_by_role("button", name="查找聊天记录").click()
    await expect(search.field).to_be_focused()
    await search.write("爬山")
    await expect(search.results()).to_have_count(6)
    await expect(search.results().locator(".sign")).to_have_count(3)
    await both(shot, ann.page, "results")
    await search.narrow("类型", "链接")
    await expect(search.results()).to_have_count(1)
    await expect(search.results()).to_have_text(re.compile("路线图"))
    await search.area.get_by_role("button", name="去掉筛选 类型: 链接").click()
    await search.narrow("发送人", "小安")
    await expect(search.results()).to_have_count(1)
    await expect(search.results()).to_have_text(re.compile("我也想爬山"))
    await both(shot, ann.page, "author")
    await search.results().first.click()
    await expect(ann.message("我也想爬山")).to_be_in_viewport()
    await ann.chat("张三丰").get_by_role("button", name="返回").click()
    await expect(search.field).to_have_value("爬山")
    await expect(search.results()).to_have_count(1)
    await search.area.get_by_role("button", name="日期", exact=True).click()
    await ann.page.wait_for_timeout(400)
    await both(shot, ann.page, "days")
    await ann.page.get_by_role("dialog").get_by_label("从", exact=True).fill("2020-01-01")
    await ann.page.get_by_role("dialog").get_by_label("到", exact=True).fill("2020-02-03")
    await ann.page.get_by_role("button", name="确定").click()
    await expect(search.area.locator(".empty")).to_contain_text("没有找到")
    await both(shot, ann.page, "filtered")
    await search.area.get_by_role("button", name="返回").click()
    await expect(ann.page.get_by_role("heading", name="张三丰")).to_be_visible()


async def test_without_a_network(people, shot):
    """What is kept here is found; that the rest can't be is said, and it comes with the network."""
    people.expect("ERR_INTERNET_DISCONNECTED")
    ann, bob = await talk(people, PHONE)
    search = Searching(ann)
    await search.open()
    await ann.page.context.set_offline(True)
    await search.write("三丰")
    await expect(search.results("联系人")).to_have_text(re.compile("张三丰"))
    await expect(search.area.get_by_role("note")).to_contain_text("只查找了本机保存的消息")
    await both(shot, ann.page, "offline")
    await search.write("爬山")
    await expect(search.area.get_by_role("note")).to_contain_text("只查找了本机保存的消息")
    await ann.page.context.set_offline(False)
    await expect(search.area.get_by_role("note")).to_have_count(0)
    await expect(search.results()).to_have_count(4)
    await search.results().first.click()
    await expect(ann.chat("香山登山队")).to_be_visible()
    await ann.page.go_back()
    await expect(search.results()).to_have_count(4)
    await ann.page.go_back()
    await expect(search.area).to_have_count(0)
    await ann.logout()
    kept = await ann.page.evaluate("Object.keys(localStorage).filter(name => name.includes('searches'))")
    assert kept == []
