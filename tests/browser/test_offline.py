"""Without a network: what is kept here is there, what one says waits, and nothing stays that shall not."""

import asyncio
import re
import subprocess
import sys

from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

DATABASES = "async () => (await indexedDB.databases()).map(({ name }) => name).sort()"
KEPT = "() => Object.keys(localStorage).filter(name => /^magpie:(?!link|settings)/.test(name))"
EPOCH = """async id => new Promise(resolve => {
    const opening = indexedDB.open(`magpie:${id}`)
    opening.onsuccess = () => {
        const asking = opening.result.transaction('lists').objectStore('lists').get('epoch')
        asking.onsuccess = () => (opening.result.close(), resolve(asking.result))
    }
})"""


class Line:
    """The wire of a person's computer. Cut, only the page's shell and its parts come through."""

    def __init__(self, person: Person):
        self.person = person
        self.sockets = []
        self.cut = False

    async def install(self) -> None:
        context = self.person.page.context
        await context.route(re.compile(r"^(?!.*(/asset/|/chat/index\.shtml|/user/login\.shtml))"), self._call)
        await context.route_web_socket(re.compile("/chat"), self._socket)

    async def _call(self, route) -> None:
        if self.cut:
            await route.abort("internetdisconnected")
        else:
            await route.continue_()

    async def _socket(self, socket) -> None:
        if self.cut:
            await socket.close(code=1001)
            return
        self.sockets.append(socket)
        socket.connect_to_server()

    async def unplug(self) -> None:
        self.cut = True
        for socket in self.sockets:
            await socket.close(code=1001)
        self.sockets = []

    async def plug(self) -> None:
        """It is back; the browser says so, and the page need not wait for its next try."""
        self.cut = False
        await self.person.page.evaluate("dispatchEvent(new Event('online'))")


async def friends(people) -> tuple[Person, Person, Line]:
    """Ann and Bob are friends and have the chat open; Ann's wire can be cut."""
    people.expect("ERR_INTERNET_DISCONNECTED|WebSocket")
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    line = Line(ann)
    await line.install()
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    return ann, bob, line


async def kept(page: Page) -> None:
    """Wait until what the page shows is on the disk."""
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    await page.wait_for_timeout(50)


async def test_the_page_starts_without_a_network(people, shot):
    """List, chat and search are there at once; what came meanwhile follows when the line is back."""
    ann, bob, line = await friends(people)
    for text in ("周末去爬山吗", "带上望远镜", "See you at the station"):
        await bob.say(text)
        await ann.sees(text)
    await kept(ann.page)
    await line.unplug()
    await ann.page.goto("about:blank")
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}")
    await expect(ann.row("阿波")).to_contain_text("See you at the station")
    await shot(ann.page, "list")
    await ann.open_chat("阿波")
    await ann.sees("周末去爬山吗")
    await ann.say("好啊")
    await expect(ann.log.get_by_role("img", name="等待发送，目前只在本机")).to_have_count(1)
    await shot(ann.page, "chat")
    await ann.page.get_by_role("button", name="搜索").first.click()
    await ann.page.locator("[data-search]").fill("望远")
    await expect(ann.page.get_by_text("只查找了本机保存的消息")).to_be_visible()
    await expect(ann.page.locator(".results li")).to_have_count(1)
    await shot(ann.page, "search")
    await bob.say("我订了票")
    await line.plug()
    await ann.sees("我订了票")
    await ann.all_sent()
    await bob.sees("好啊")
    await expect(ann.page.get_by_text("只查找了本机保存的消息")).to_have_count(0)


async def test_a_picture_waits_over_a_reload(people, picture, shot):
    """A picture and a word that one sends without a network arrive once, though two tabs were open."""
    ann, bob, line = await friends(people)
    await bob.say("发张照片来")
    await ann.sees("发张照片来")
    await kept(ann.page)
    await line.unplug()
    await ann.attach("图片", picture("sea.png", "#2a6"))
    await ann.say("就是这张")
    await expect(ann.log.get_by_role("img", name="等待发送，目前只在本机")).to_have_count(2)
    await ann.page.reload()
    await ann.sees("就是这张")
    await expect(ann.log.get_by_role("img", name="等待发送，目前只在本机")).to_have_count(2)
    await shot(ann.page, "waiting")
    other = await ann.page.context.new_page()
    await other.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{bob.id}")
    await expect(other.get_by_role("log", name="消息记录")).to_contain_text("就是这张")
    await line.plug()
    await ann.all_sent()
    await bob.sees("就是这张")
    await expect(bob.log.locator("img[src^='/mnt/']")).to_have_count(1)
    answer = await ann._call("/message/history", userid=ann.id, kind=10, dstid=bob.id, limit=50)
    assert len([row for row in answer["rows"] if row["userid"] == ann.id and row["media"] in (1, 4)]) == 2
    await other.close()


async def test_two_tabs(people):
    """What one tab has kept the other one goes on from, whichever was closed last."""
    ann, bob, line = await friends(people)
    other = await ann.page.context.new_page()
    await other.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{bob.id}")
    for text in ("一", "二", "三"):
        await bob.say(text)
        await ann.sees(text)
        await expect(other.get_by_role("log", name="消息记录")).to_contain_text(text)
    await kept(ann.page)
    await kept(other)
    await other.close()
    await line.unplug()
    await ann.page.reload()
    for text in ("一", "二", "三"):
        await ann.sees(text)


async def test_another_history(people, server):
    """After the server has begun another history all is fetched anew; what one wrote is not lost."""
    people.expect("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|WebSocket")
    ann, bob, line = await friends(people)
    await bob.say("早")
    await ann.sees("早")
    await kept(ann.page)
    before = await ann.page.evaluate(EPOCH, ann.id)
    await server.stop()
    await ann.say("还没发出去")
    await ann.field.fill("写了一半")
    renewing = (sys.executable, "server.py", "--data", str(server.data), "--new-epoch")
    await asyncio.to_thread(subprocess.run, renewing, check=True, capture_output=True)
    await server.start()
    await bob.sees("还没发出去")
    await ann.all_sent()
    await ann.sees("早")
    await ann.sees("还没发出去")
    await expect(ann.field).to_have_value("写了一半")
    await kept(ann.page)
    assert await ann.page.evaluate(EPOCH, ann.id) > before


async def test_log_out_leaves_nothing(people, picture):
    """Who logs out leaves neither a message nor a name on this computer, in two tabs."""
    ann, bob, line = await friends(people)
    await bob.say("悄悄话")
    await ann.sees("悄悄话")
    await ann.field.fill("写了一半")
    other = await ann.page.context.new_page()
    await other.goto(f"/chat/index.shtml?id={ann.id}")
    await expect(other.get_by_role("heading", name="消息")).to_be_visible()
    await kept(ann.page)
    assert f"magpie:{ann.id}" in await ann.page.evaluate(DATABASES)
    await ann.logout()
    await other.wait_for_url("**/user/login.shtml")
    assert await ann.page.evaluate(DATABASES) == []
    assert await ann.page.evaluate(KEPT) == []


async def test_nothing_is_kept(people, shot):
    """Who says so at log-in finds all of it while the page is open, and leaves nothing when it is closed."""
    ann, bob, line = await friends(people)
    await ann.logout()
    await expect(ann.page.get_by_label("本机不保存聊天记录")).not_to_be_checked()
    await ann.page.get_by_label("本机不保存聊天记录").check()
    await shot(ann.page, "login")
    await ann.page.get_by_label("手机号").fill(ann.mobile)
    await ann.page.get_by_label("密码").fill("secret123")
    await ann.page.get_by_role("button", name="登录", exact=True).click()
    await expect(ann.page.get_by_role("heading", name="消息")).to_be_visible()
    await bob.say("悄悄话")
    await expect(ann.row("阿波")).to_contain_text("悄悄话")
    await ann.open_chat("阿波")
    await ann.field.fill("写了一半")
    await ann.page.reload()
    await expect(ann.field).to_have_value("写了一半")
    await ann.sees("悄悄话")
    await kept(ann.page)
    assert await ann.page.evaluate(DATABASES) == []
    assert await ann.page.evaluate(KEPT) == [f"magpie:nothing:{ann.id}"]
