"""What one writes, pastes, drops or chooses arrives, or is told; nothing of it is lost on the way."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

CLIPBOARD = ["clipboard-read", "clipboard-write", "microphone", "camera"]
#: What a spreadsheet puts on the clipboard: the cells as text, and a picture of them.
COPY_CELLS = """async text => {
    const canvas = new OffscreenCanvas(30, 20)
    canvas.getContext('2d').fillRect(0, 0, 20, 20)
    const png = await canvas.convertToBlob({ type: 'image/png' })
    const words = new Blob([text], { type: 'text/plain' })
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png, 'text/plain': words })])
}"""
#: A file is dragged over an element and dropped there; says whether the browser was kept from opening it.
DROP_FILE = """element => {
    const data = new DataTransfer()
    data.items.add(new File(['x'], 'x.txt', { type: 'text/plain' }))
    return ['dragover', 'drop'].every(type => {
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data })
        element.dispatchEvent(event)
        return event.defaultPrevented
    })
}"""


async def friends(people, device=DESKTOP) -> tuple[Person, Person]:
    """Two friends; the chat stands open at the first, who sits at `device`."""
    ann = Person(await people.window("ann", device), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.page.context.grant_permissions(CLIPBOARD)
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    return ann, bob


async def test_a_picture_chosen_offline(people, server, picture):
    """A picture chosen without a network waits, outlives its tab, and is sent once when there is one."""
    people.expect("ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket connection")
    ann, bob = await friends(people)
    await bob.open_chat("小安")
    await ann.page.context.set_offline(True)
    await server.stop()
    await ann.attach("图片", picture("sea.png", "#2a8fa8"))
    waiting = ann.log.get_by_role("button", name=re.compile("取消上传"))
    await expect(waiting).to_be_visible()
    await expect(ann.page.get_by_role("button", name="重试", exact=True)).to_have_count(0)
    await server.start()
    await ann.page.context.set_offline(False)
    # The tab is closed, not the browser: another one takes over what it left.
    again = Person(await people.watch("ann again", ann.page.context), "小安", ann.mobile)
    await ann.page.close()
    await again.page.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{bob.id}")
    await again.all_sent()
    await expect(again.log.get_by_role("button", name="查看图片")).to_have_count(1)
    await expect(bob.log.get_by_role("button", name="查看图片")).to_have_count(1)


async def test_files_that_cannot_be_sent(people, tmp_path):
    """An empty file, and one that is too large, are named at once and leave nothing behind in the chat."""
    ann, _ = await friends(people)
    (tmp_path / "空.txt").write_bytes(b"")
    await ann.attach("文件", tmp_path / "空.txt")
    await expect(ann.page.get_by_text("“空.txt”是空文件，无法发送")).to_be_visible()
    with (tmp_path / "大.bin").open("wb") as large:
        large.truncate(33 * 1024 * 1024)
    await ann.attach("文件", tmp_path / "大.bin")
    await expect(ann.page.get_by_text("“大.bin”超过 32 MB，无法发送")).to_be_visible()
    await expect(ann.log.get_by_text(re.compile("空.txt|大.bin"))).to_have_count(0)


async def test_cells_and_long_texts_are_pasted(people, shot):
    """Cells are pasted as their text; a text too long for one message is counted, and goes as a file."""
    ann, bob = await friends(people)
    await bob.open_chat("小安")
    await ann.page.evaluate(COPY_CELLS, "苹果\t12\n梨\t7")
    await ann.field.press("Control+V")
    await expect(ann.field).to_have_value("苹果\t12\n梨\t7")
    long = "会议纪要\n" + "一句很长的话。" * 4000
    await ann.page.evaluate("text => navigator.clipboard.writeText(text)", long)
    await ann.field.fill("")
    await ann.field.press("Control+V")
    await expect(ann.field).to_have_value(long)
    note = ann.page.get_by_role("alert").filter(has_text="消息太长")
    await expect(note).to_contain_text(re.compile(r"超出约 \d+ 字"))
    await ann.page.wait_for_function(
        "field => field.getBoundingClientRect().height > 150", arg=await ann.field.element_handle()
    )
    await shot(ann.page, "long")
    await ann.field.press("Enter")
    await expect(ann.field).to_have_value(long)
    await note.get_by_role("button", name="作为文件发送").click()
    await expect(ann.field).to_have_value("")
    await ann.all_sent()
    async with bob.page.expect_download() as fetching:
        await bob.log.get_by_role("link", name=re.compile("会议纪要.txt")).click()
    assert (await (await fetching.value).path()).read_text("utf-8") == long


async def test_an_emoji_can_be_taken_back(people):
    """Ctrl+Z takes back an emoji; arrows choose emoji, Esc and a press beside them close the panel."""
    ann, _ = await friends(people)
    await ann.field.press_sequentially("好的")
    form = ann.page.get_by_role("form", name="写消息")
    opener = form.get_by_role("button", name="表情", exact=True)
    await opener.focus()
    await opener.press("Enter")
    panel = ann.page.get_by_role("group", name="表情分类")
    await expect(ann.page.get_by_role("button", name="嘿嘿", exact=True)).to_be_focused()
    await ann.page.keyboard.press("ArrowRight")
    await ann.page.keyboard.press("Enter")
    await expect(ann.field).to_have_value(re.compile("^好的.+"))
    await ann.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(ann.field).to_be_focused()
    await ann.field.press("Control+Z")
    await expect(ann.field).to_have_value("好的")
    await opener.click()
    await expect(panel).to_be_visible()
    await ann.chat("阿波").click(position={"x": 500, "y": 150})
    await expect(panel).to_have_count(0)


async def test_what_is_dropped(people):
    """A file dropped beside the chat does not replace the page; words may be dropped into the field."""
    ann, _ = await friends(people)
    nav = ann.page.get_by_role("navigation", name="主导航")
    assert await nav.evaluate(DROP_FILE)
    assert await ann.field.evaluate(DROP_FILE)
    await expect(ann.log.get_by_text("x.txt")).to_have_count(1)
    stopped = await ann.field.evaluate("""element => {
        const data = new DataTransfer()
        data.setData('text/plain', '一句话')
        const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data })
        element.dispatchEvent(drop)
        return drop.defaultPrevented
    }""")
    assert not stopped
    await ann.all_sent()


async def test_enter_while_composing(people):
    """Enter that ends the composing of an input method does not send; the next one does."""
    ann, _ = await friends(people)
    session = await ann.page.context.new_cdp_session(ann.page)
    await ann.field.focus()
    await session.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    await session.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Enter"}
    )
    await expect(ann.field).to_have_value("nihao")
    await session.send("Input.insertText", {"text": "你好"})
    await expect(ann.field).to_have_value("你好")
    await ann.field.press("Enter")
    await ann.sees("你好")


async def test_a_stranger_has_no_composer(people):
    """Where one may not write there is no field, but the reason and the way to become friends."""
    people.expect("-")
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.page.goto("about:blank")
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{bob.id}")
    await expect(ann.page.get_by_text("你们还不是好友，不能发消息")).to_be_visible()
    await expect(ann.field).to_have_count(0)
    await expect(ann.page.get_by_text("打个招呼吧")).to_have_count(0)
    await ann.page.get_by_role("note").get_by_role("button", name="加好友").click()
    asking = ann.page.get_by_role("dialog")  # who it is, and a greeting
    async with asyncio.TaskGroup() as both:
        both.create_task(expect(bob.page.get_by_text("小安 添加了你为好友")).to_be_visible())  # for a moment
        both.create_task(asking.get_by_role("button", name="加好友").click())
    await expect(ann.field).to_be_visible()
    await expect(bob.row("小安")).to_contain_text("你们已成为好友")
    await expect(ann.page).to_have_title("阿波 · 鹊桥")
