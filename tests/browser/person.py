"""One person in front of our page: what people do there, in the words that stand on the buttons."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

PASSWD = "secret123"

#: Whether one of these elements is drawn, and within the list of messages.
ON_SCREEN = """found => found.some(one => {
    const scroller = one.closest('.scroller')
    if (!scroller) return false  // it has just been taken out of the window
    const list = scroller.getBoundingClientRect()
    const { top, bottom } = one.getBoundingClientRect()
    return top >= list.top - 1 && bottom <= list.bottom + 1
})"""


class Person:
    """A window and who sits at it. `id` is the number that others find this person by, once registered."""

    def __init__(self, page: Page, name: str, mobile: str):
        self.page = page
        self.name = name
        self.mobile = mobile
        self.id = 0

    # --- the way in ---

    async def register(self, avatar: Path | None = None) -> None:
        await self.page.goto("/user/register.shtml")
        if avatar:
            chosen = self.page.get_by_role("button", name="选择头像")
            await self.page.locator("input[type=file]").set_input_files(avatar)
            await expect(chosen.locator("img[src^='/mnt/']")).to_be_visible()
        await self.page.get_by_label("手机号").fill(self.mobile)
        await self.page.get_by_label("昵称").fill(self.name)
        await self.page.get_by_label("密码").fill(PASSWD)
        await self.page.get_by_role("button", name="注册").click()
        await self._arrive()

    async def join(self) -> None:
        """As `register`, by a call: the page begins with the chats."""
        form = {"mobile": self.mobile, "nickname": self.name, "passwd": PASSWD}
        self.id = (await self._call("/user/register", **form))["data"]["id"]
        await self.page.goto(f"/chat/index.shtml?id={self.id}")
        await expect(self.page.get_by_role("heading", name="消息")).to_be_visible()

    async def login(self) -> None:
        await self.page.goto("/user/login.shtml")
        await self.page.get_by_label("手机号").fill(self.mobile)
        await self.page.get_by_label("密码").fill(PASSWD)
        await self.page.get_by_role("button", name="登录", exact=True).click()
        await self._arrive()

    async def logout(self) -> None:
        await self.place("我的")
        await self.page.get_by_role("button", name="退出登录").click()
        await self.page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
        await self.page.wait_for_url("**/user/login.shtml")

    async def _arrive(self) -> None:
        await self.page.wait_for_url("**/chat/index.shtml?id=*")
        await expect(self.page.get_by_role("heading", name="消息")).to_be_visible()
        self.id = int(re.search(r"id=(\d+)", self.page.url)[1])

    # --- places ---

    @property
    def phone(self) -> bool:
        return self.page.viewport_size["width"] < 768

    async def place(self, name: str) -> None:
        """Go to 消息, 通讯录, 群聊 or 我的."""
        await self.back()
        bar = self.page.get_by_role("navigation", name="主导航")
        await bar.get_by_role("link", name=re.compile(f"^{name}")).click()

    async def back(self) -> None:
        """On phones a chat covers the list: leave it."""
        leave = self.page.get_by_role("button", name="返回")
        if self.phone and await leave.count():
            await leave.click()
            await expect(leave).to_have_count(0)

    def row(self, title: str) -> Locator:
        """The line of the conversation list with this title."""
        landmark = "main" if self.phone else "region"
        return self.page.get_by_role(landmark, name="消息", exact=True).get_by_role(
            "link", name=re.compile(f"^{title}")
        )

    async def open_chat(self, title: str) -> None:
        await self.place("消息")
        await self.row(title).click()
        await expect(self.chat(title)).to_be_visible()

    def chat(self, title: str) -> Locator:
        return self.page.get_by_role("region", name=title, exact=True)

    # --- people and groups ---

    async def _choose_from_menu(self, item: str) -> None:
        await self.place("消息")
        await self.page.get_by_role("button", name="添加", exact=True).click()
        await self.page.get_by_role("menuitem", name=item).click()

    async def add_friend(self, number: int, name: str) -> None:
        """Look a number up, see whose it is, become friends; the chat opens."""
        await self._choose_from_menu("加好友")
        await self.page.get_by_label("对方的 ID 号").fill(str(number))
        await self.page.get_by_role("button", name="查找").click()
        found = self.page.get_by_role("dialog", name="找到了")
        await expect(found.get_by_text(name, exact=True)).to_be_visible()
        await found.get_by_role("button", name="加好友").click()
        await expect(self.chat(name)).to_be_visible()

    async def befriend(self, other: "Person") -> None:
        """As `add_friend`, by a call: the page begins with the chat."""
        await self._call("/contact/addfriend", userid=self.id, dstid=other.id)
        await self.page.goto("about:blank")
        await self.page.goto(f"/chat/index.shtml?id={self.id}#/c/10/{other.id}")
        await expect(self.chat(other.name)).to_be_visible()

    async def create_group(self, name: str) -> int:
        """Create a group and return its number; the chat opens."""
        await self._choose_from_menu("创建群聊")
        await self.page.get_by_label("群名称").fill(name)
        await self.page.get_by_role("main").get_by_role("button", name="创建群聊").click()
        await expect(self.chat(name)).to_be_visible()
        return int(re.search(r"#/c/11/(\d+)", self.page.url)[1])

    async def join_group(self, number: int, name: str) -> None:
        await self._choose_from_menu("加入群聊")
        await self.page.get_by_label("群号").fill(str(number))
        await self.page.get_by_role("button", name="查找").click()
        await self.page.get_by_role("button", name="加入该群").click()
        await expect(self.chat(name)).to_be_visible()

    async def _call(self, path: str, **fields: object) -> dict:
        """What the page could ask the server, asked by the same browser."""
        answer = await (await self.page.request.post(path, data=fields)).json()
        assert answer["code"] == 0, answer
        return answer

    # --- messages ---

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="消息记录")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="发消息")

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        # Within the same moment a dialog that closes may give the focus back to where it was.
        while await self.field.input_value() != text:
            await self.field.fill(text)
        await self.field.press("Enter")

    async def sees(self, text: str, times: int = 1) -> None:
        """Wait until a message with exactly this text stands in the open chat, so often and not more."""
        await expect(self.message(text)).to_have_count(times)

    async def sees_line(self, text: str) -> None:
        """Wait until a line in the middle of the open chat says this."""
        await expect(self.log.locator(".notice").get_by_text(text, exact=True)).to_be_visible()

    def message(self, text: str) -> Locator:
        """The words of a message, as they stand before its time in the bubble."""
        return self.log.get_by_text(re.compile(rf"^\s*{re.escape(text)}\s*\d\d:\d\d\s*$"))

    async def all_sent(self) -> None:
        """Wait until nothing that one said is still on its way, or failed."""
        await expect(self.log.get_by_role("img", name=re.compile("发送中|发送失败|等待发送"))).to_have_count(
            0
        )

    async def attach(self, what: str, file: Path) -> None:
        """Choose a file with one of the composer's buttons: 图片, 视频, 文件."""
        async with self.page.expect_file_chooser() as choosing:
            await self._tool(what)
        await (await choosing.value).set_files(file)

    async def _tool(self, what: str) -> None:
        form = self.page.get_by_role("form", name="写消息")
        if self.phone:
            await form.get_by_role("button", name="更多").click()
        await form.get_by_role("button", name=what, exact=True).click()

    async def wheel_to(self, locator: Locator, step: int) -> None:
        """Turn the wheel over the messages, `step` px each time (up when it is negative), until it is on the
        screen."""
        await self.log.hover()
        while not await locator.evaluate_all(ON_SCREEN):
            await self.page.mouse.wheel(0, step)
            await self.page.wait_for_timeout(50)
        await expect(locator).to_be_in_viewport()

    async def send_emoji(self, name: str) -> None:
        await self._open_emoji()
        await self.page.get_by_role("button", name=name, exact=True).first.click()
        await self.field.press("Enter")

    async def send_sticker(self, pack: str, name: str) -> None:
        await self._open_emoji()
        await self.page.get_by_role("group", name="表情分类").get_by_role("button", name=pack).click()
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def _open_emoji(self) -> None:
        opener = self.page.get_by_role("form", name="写消息").get_by_role("button", name="表情", exact=True)
        if await opener.get_attribute("aria-pressed") != "true":
            await opener.click()

    async def send_link(self, url: str, title: str) -> None:
        await self._tool("链接")
        dialog = self.page.get_by_role("dialog", name="链接")
        await dialog.get_by_label("网址").fill(url)
        await dialog.get_by_label("标题").fill(title)
        await dialog.get_by_role("button", name="发送").click()

    async def send_card(self, of: str) -> None:
        await self._tool("名片")
        await self.page.get_by_role("dialog", name="名片").get_by_role("button", name=of).click()

    async def talk(self, milliseconds: int) -> None:
        """Send a voice: held by the finger on phones, two clicks on desktops."""
        form = self.page.get_by_role("form", name="写消息")
        await form.get_by_role("button", name="语音").click()
        if self.phone:
            bar = form.get_by_role("button", name="按住 说话")
            box = await bar.bounding_box()
            await self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            await self.page.mouse.down()
            await self.page.wait_for_timeout(milliseconds)
            await self.page.mouse.up()
            await form.get_by_role("button", name="键盘").click()
        else:
            bar = self.page.get_by_role("group", name="正在录音")
            await expect(bar.get_by_role("button", name="发送")).to_be_enabled()
            await self.page.wait_for_timeout(milliseconds)
            await bar.get_by_role("button", name="发送").click()

    # --- looks ---

    async def pictures_are_drawn(self) -> None:
        """Wait until every picture in the window is loaded and decoded; a broken one is an error."""
        await self.page.evaluate("""() => Promise.all([...document.images].filter(image => {
            const { top, bottom } = image.getBoundingClientRect()
            return bottom > 0 && top < innerHeight
        }).map(image => image.decode()))""")

    async def fits(self) -> None:
        """Check that nothing is wider than the window: no sideways scrolling, nothing cut off."""
        wider = await self.page.evaluate("""() => [...document.querySelectorAll('body, body *')]
            .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1
                && !e.closest('.scroll') && getComputedStyle(e).position !== 'fixed')
            .map(e => e.tagName + '.' + e.className)""")
        assert not wider, wider
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
