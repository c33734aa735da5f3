"""Texts with the marks that people type, as they are drawn; and what strangers write to do harm, which is
nothing but words."""

import json
import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

#: Texts that would run something, or ask a stranger for something, if they were more than words; by kind.
HOSTILE = json.loads(Path(__file__).with_name("hostile.json").read_text())

#: Of all that is drawn for texts: elements and attributes that are not ours, and links to no page of the web.
FOREIGN = """() => {
    const tags = 'div span a code pre strong em s blockquote ol ul li ' +
        'table thead tbody tr th td bdi button svg path time'
    const names = 'class dir href target rel tabindex role aria-label aria-hidden title ' +
        'type scope style datetime viewBox width height fill stroke stroke-width stroke-linecap ' +
        'stroke-linejoin d focusable'
    const allowed = { tags: new Set(tags.split(' ')), names: new Set(names.split(' ')) }
    const found = []
    for (const element of document.querySelectorAll('.scroller .text, .scroller .text *')) {
        if (!allowed.tags.has(element.localName)) found.push(element.outerHTML)
        for (const { name, value } of element.attributes) {
            if (!allowed.names.has(name) && !name.startsWith('data-v-')) found.push(element.outerHTML)
            if (name === 'href' && !/^https?:\\/\\//.test(value)) found.push(element.outerHTML)
            if (/script:/i.test(value) && name !== 'href') found.push(element.outerHTML)
        }
    }
    return [...new Set(found)]
}"""

LONG = "print('" + "long " * 60 + "')"
ALL = f"""**粗体。**后面 *斜体* ~~删除~~ `npm i` @所有人
## 标题
> 引用的话
回复：
1. 一
2. 二
- 苹果
- 香蕉
```python
def f():
    {LONG}
```
| 名称 | 数量 |
|---|--:|
| 鹊 | 7 |

[看这里](https://evil.example/x) 完"""


async def write(person: Person, to: int, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        form = {"userid": person.id, "cmd": 10, "dstid": to, "media": 1, "cid": f"h{number}", "content": text}
        answer = await (await person.page.request.post("/message/send", data=form)).json()
        assert answer["code"] == 0, (text, answer)


async def test_marks_are_drawn(people, shot):
    """Bold, code, quotes, lists and tables look as such, in both people's bubbles; code is copied by its key
    and scrolled by keys; the list shows words without marks; the setting shows what was typed."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    await ann.field.fill(ALL)
    await ann.field.press("Enter")
    await ann.all_sent()
    for person in (ann, bob):
        text = person.log.locator(".text").last
        await expect(text.locator("strong")).to_have_text(["粗体。", "标题"])
        await expect(text.locator("em")).to_have_text("斜体")
        await expect(text.locator("s")).to_have_text("删除")
        await expect(text.locator("blockquote")).to_have_text("引用的话")
        await expect(text.locator("ol > li")).to_have_text(["1.一", "2.二"])
        await expect(text.locator("ul > li")).to_have_text(["•苹果", "•香蕉"])
        await expect(text.locator("td")).to_have_text(["鹊", "7"])
        await expect(text.get_by_role("link", name="看这里 (evil.example)")).to_be_visible()
        await expect(text.locator("pre")).to_have_text(f"def f():\n    {LONG}")
        await person.fits()
        await shot(person.page, f"01-{'phone' if person.phone else 'desktop'}")
        await person.page.emulate_media(color_scheme="dark")
        await shot(person.page, f"02-dark-{'phone' if person.phone else 'desktop'}")

    code = ann.log.locator("pre")
    await code.focus()
    await ann.page.keyboard.press("ArrowRight")
    await ann.page.wait_for_function("document.querySelector('pre.scroll').scrollLeft > 0")
    copy = bob.log.get_by_role("button", name="复制代码")
    box = await copy.bounding_box()
    assert box["height"] >= 44 and box["width"] >= 44
    await ann.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ann.log.get_by_role("button", name="复制代码").click()
    await expect(ann.log.locator(".copy")).to_have_text("已复制")
    assert await ann.page.evaluate("navigator.clipboard.readText()") == f"def f():\n    {LONG}"
    await expect(ann.row("阿波").locator(".preview")).to_contain_text("粗体。后面 斜体 删除 npm i")

    # By keys, the marks go around what is chosen, and away again.
    await ann.field.fill("说 你好")
    await ann.field.evaluate("field => field.setSelectionRange(2, 4)")
    await ann.field.press("Control+b")
    await expect(ann.field).to_have_value("说 **你好**")
    await ann.field.press("Control+b")
    await expect(ann.field).to_have_value("说 你好")
    await ann.field.press("Control+e")
    await ann.field.press("Enter")
    await expect(bob.log.locator(".text", has_text="说 你好").locator("code")).to_have_text("你好")

    await bob.place("我的")
    await bob.page.get_by_role("button", name="设置").click()
    choice = bob.page.get_by_role("group", name="Markdown 显示")
    await choice.get_by_text("显示原文").click()
    await bob.open_chat("小安")
    await bob.sees("说 `你好`")
    await expect(bob.log.locator(".text strong")).to_have_count(0)


async def test_texts_of_strangers_are_words(people, server):
    """Three hundred texts that would run a script, load a picture or lead astray in a page that trusts them:
    none runs, nothing is asked of anybody, and nothing but words and plain links is drawn."""
    texts = list(dict.fromkeys(text for kind in HOSTILE.values() for text in kind))
    assert len(texts) >= 300
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await ann.page.goto("about:blank")
    asked: list[str] = []
    run: list[str] = []
    bob.page.on("request", lambda request: asked.append(request.url))
    bob.page.on("dialog", lambda dialog: run.append(dialog.message))
    await bob.page.add_init_script("window.hurt = () => document.documentElement.dataset.hurt = 'yes'")
    # With marks in the first one, the parser is there before the others are drawn.
    await write(ann, bob.id, ["**read**", *texts])
    await bob.page.reload()
    await bob.open_chat("小安")
    await expect(bob.log.locator(".text strong")).to_have_text("read")
    seen: set[str] = set()
    await bob.log.hover()
    while True:
        assert await bob.page.evaluate(FOREIGN) == []
        seen |= set(
            await bob.log.locator("[data-line]").evaluate_all("lines => lines.map(one => one.dataset.line)")
        )
        if await bob.page.evaluate(
            "() => { const list = document.querySelector('.scroller');"
            " return list.scrollHeight - list.scrollTop - list.clientHeight < 2 }"
        ) and len(seen) > len(texts):
            break
        await bob.page.mouse.wheel(0, 800)
        await bob.page.wait_for_timeout(20)
    assert await bob.page.evaluate("document.documentElement.dataset.hurt") is None and run == []
    assert [url for url in asked if not re.match(re.escape(server.url) + "|blob:", url)] == []
