"""Nothing moves what is being read, tried by chance: whatever happens around a reader, the line under their
eye stays where it is, and read is what was on their screen."""

import os
import random

from tests.browser.conftest import DESKTOP
from tests.browser.person import Person

#: More steps, by other numbers: `MAGPIE_WALK=500 MAGPIE_WALK_SEED=7 pytest tests/browser/test_place.py`.
STEPS = int(os.environ.get("MAGPIE_WALK", "60"))
#: px that a line may be off: the browser rounds where it scrolls to.
OFF = 1

#: The first whole line of a text on the screen, or what has none: its message, how many characters are before
#: it, where its top is.
EYE = """() => {
    const list = document.querySelector('.scroller').getBoundingClientRect()
    const lines = [...document.querySelectorAll('.scroller .line')]
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    for (const line of lines) {
        const { bottom } = line.getBoundingClientRect()
        const text = line.querySelector('.text')
        if (bottom <= list.top) continue
        if (!text) {
            const top = line.querySelector('.bubble, .middle').getBoundingClientRect().top - list.top
            if (top >= 0) return { key: line.dataset.key, at: -1, top, words: '' }
            continue
        }
        const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
        let node = walker.nextNode()
        while (node && node.length === 0) node = walker.nextNode()
        for (let at = 0; at < node.length; at++) {
            const range = document.createRange()
            range.setStart(node, at)
            range.setEnd(node, at + 1)
            const box = range.getClientRects()[0]
            if (box && box.width && box.top >= list.top && box.bottom <= list.bottom)
                return { key: line.dataset.key, at, top: box.top - list.top, words: node.data }
        }
    }
    return null
}"""

#: Where that line is now; null when its words are others, or gone.
AGAIN = """({ key, at, words }) => {
    const list = document.querySelector('.scroller').getBoundingClientRect()
    const line = document.querySelector(`.scroller .line[data-key="${CSS.escape(key)}"]`)
    const text = line?.querySelector('.text')
    const other = line && !text && line.querySelector('.bubble, .middle')
    if (at < 0) return other ? other.getBoundingClientRect().top - list.top : null
    const walker = text && document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
    let node = walker?.nextNode()
    while (node && node.length === 0) node = walker.nextNode()
    if (!node || node.data !== words) return null
    const range = document.createRange()
    range.setStart(node, at)
    range.setEnd(node, at + 1)
    return range.getClientRects()[0].top - list.top
}"""

#: Keeps the greatest seq of which half, or half a screen, was drawn in a page that somebody looks at.
WATCH = """() => {
    window.seen = 0
    const seqs = new Map()
    const look = () => {
        const scroller = document.querySelector('.scroller.placed')
        if (scroller && document.visibilityState === 'visible' && document.hasFocus()) {
            const list = scroller.getBoundingClientRect()
            for (const line of scroller.querySelectorAll('.line')) {
                const { top, bottom, height } = line.getBoundingClientRect()
                const part = Math.min(bottom, list.bottom) - Math.max(top, list.top)
                const found = /^m(\\d+)$/.exec(line.dataset.key)
                if (found && part >= Math.min(height, list.height) / 2 - 2)
                    window.seen = Math.max(window.seen, Number(found[1]))
            }
        }
        requestAnimationFrame(look)
    }
    look()
}"""

STATE = """() => {
    const list = document.querySelector('.scroller')
    return [list.scrollTop, list.scrollHeight, list.clientHeight]
}"""


#: Resolves when the list has stood still for ten frames.
REST = """async () => {
    const state = () => {
        const list = document.querySelector('.scroller')
        return list && [list.scrollTop, list.scrollHeight, list.clientHeight].join()
    }
    let before = state()
    for (let still = 0; still < 10; ) {
        await new Promise(requestAnimationFrame)
        const now = state()
        still = now === before ? still + 1 : 0
        before = now
    }
}"""


class Walk:
    """A reader in a chat of 250 messages, and all that may happen around them, by the numbers of a seed."""

    def __init__(self, reader: Person, writer: Person, seed: int, picture: str) -> None:
        self.reader, self.writer = reader, writer
        self.page = reader.page
        self.chance = random.Random(seed)
        self.picture = picture  #: address of one whose size nobody knows before it loads
        self.ids: list[int] = []
        self.done: list[str] = []
        self.held = 0  #: steps after which a line was found where it was

    # --- what the other one does ---

    async def _call(self, person: Person, path: str, **fields: object) -> dict:
        answer = await (await person.page.request.post(path, data={"userid": person.id, **fields})).json()
        assert answer["code"] == 0, (answer, fields)
        return answer

    def _text(self) -> str:
        return f"#{len(self.ids) + 1} " + "words to read in a line " * self.chance.randint(1, 14)

    async def write(self, **fields: object) -> None:
        content = {"media": 1, "content": self._text(), **fields}
        more = {"cmd": 10, "dstid": self.reader.id, "cid": f"w{len(self.ids)}"}
        self.ids.append((await self._call(self.writer, "/message/send", **more, **content))["data"]["id"])

    async def arrive(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            await self.write()

    async def arrive_picture(self) -> None:
        await self.write(media=4, content=f"#{len(self.ids) + 1}", url=self.picture)

    async def change(self, cmd: int, **fields: object) -> None:
        """Something becomes of a message near the reader's eye, or of any."""
        place = self.chance.randrange(len(self.ids))
        eye = await self.page.evaluate(EYE)
        if eye and eye["words"] and self.chance.random() < 0.8:
            near = (
                int(eye["words"].split()[0].removeprefix("#"))
                - 1
                + self.chance.choice([-5, -2, -1, -1, 0, 0, 1, 3])
            )
            place = max(0, min(near, len(self.ids) - 1))
        more = {"kind": 10, "dstid": self.reader.id, "id": self.ids[place], "cid": f"c{len(self.done)}"}
        answer = await self.writer.page.request.post(
            "/message/change", data={"userid": self.writer.id, "cmd": cmd, **more, **fields}
        )
        self.done.append(f"{(await answer.json())['code']} of #{place + 1}")

    async def edit(self) -> None:
        await self.change(15, content=f"#0 edited {'again and again ' * self.chance.randint(1, 30)}")

    async def recall(self) -> None:
        await self.change(14)

    async def react(self) -> None:
        await self.change(16, content=self.chance.choice("👍❤😂🎉"), amount=1)

    # --- what becomes of the window ---

    async def resize(self) -> None:
        width, height = self.chance.choice([(1366, 900), (1100, 700), (900, 1200), (390, 844), (844, 390)])
        await self.page.set_viewport_size({"width": width, "height": height})

    async def keyboard(self) -> None:
        size = self.page.viewport_size
        await self.page.set_viewport_size({**size, "height": max(360, size["height"] - 300)})

    async def away_and_back(self) -> None:
        await self.page.evaluate("location.hash = '#/me'")
        await self.page.wait_for_timeout(60)
        await self.page.evaluate("history.back()")
        await self.page.wait_for_selector(".scroller.placed .line")

    # --- what the reader does ---

    async def wheel(self) -> None:
        box = await self.page.locator(".scroller").bounding_box()
        await self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for _ in range(self.chance.randint(1, 4)):
            await self.page.mouse.wheel(0, self.chance.choice([-900, -400, -120, -37, 53, 300, 700]))
            await self.page.wait_for_timeout(20)

    async def up(self) -> None:
        box = await self.page.locator(".scroller").bounding_box()
        await self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await self.page.mouse.wheel(0, -2500)

    async def to_end(self) -> None:
        button = self.page.locator(".jump:not([inert])")
        if await button.count():
            await button.first.click()

    # --- the walk ---

    async def rest(self) -> None:
        """Until the list has not moved for some frames."""
        await self.page.evaluate(REST)

    async def step(self) -> None:
        moves = {self.wheel: 6, self.up: 2, self.to_end: 1}
        happens = {
            self.arrive: 3, self.arrive_picture: 2, self.edit: 4, self.recall: 1, self.react: 3,
            self.resize: 2, self.keyboard: 1, self.away_and_back: 2,
        }  # fmt: skip
        all_of = {**moves, **happens}
        what = self.chance.choices(list(all_of), list(all_of.values()))[0]
        self.done.append(what.__name__)
        if what in moves:
            await what()
            await self.rest()
            return
        eye = await self.page.evaluate(EYE)
        top, whole, height = await self.page.evaluate(STATE)
        await what()
        await self.rest()
        if eye is None or whole - top - height < 80:
            return  # at the end one stays there
        now = await self.page.evaluate(AGAIN, eye)
        after, whole, height = await self.page.evaluate(STATE)
        edge = after == 0 or whole - after - height < 1
        if now is not None and not edge:
            self.held += 1
            assert abs(now - eye["top"]) <= OFF, f"{eye} is at {now}"


async def test_nothing_moves_what_is_read(people, picture):
    """A reader scrolls, jumps, turns the window and goes away and back, while messages and pictures come and
    others are edited, taken back and reacted to; no line that is read moves by itself, and no message is read
    that was not on the screen."""
    seed = int(os.environ.get("MAGPIE_WALK_SEED", "86"))
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await ann.page.goto("about:blank")
    upload = {"userid": str(ann.id), "file": picture("sea.png", "#2a6", 320, 400)}
    sent = await (await ann.page.request.post("/attach/upload", multipart=upload)).json()
    walk = Walk(bob, ann, seed, sent["data"])

    async def late(route) -> None:
        await bob.page.wait_for_timeout(random.Random(seed).randint(50, 300))
        await route.continue_()

    await bob.page.route("**/mnt/**", late)
    for _ in range(250):
        await walk.write()
    await bob.page.reload()
    await bob.page.evaluate(WATCH)
    await bob.open_chat("小安")
    await walk.rest()
    try:
        for _ in range(STEPS):
            await walk.step()
    except Exception:
        print(f"seed {seed}, {len(walk.done)} steps: {' · '.join(walk.done)}")
        raise
    assert walk.held > 0
    await bob.page.wait_for_timeout(300)
    answer = await walk._call(bob, "/message/conversations")
    assert answer["rows"][0]["read"] <= await bob.page.evaluate("window.seen")
