"""The page starts without a network, asks before it starts anew, and tells of messages while nobody looks."""

import asyncio
import json
import os
import shutil
from contextlib import suppress

import pytest
from playwright.async_api import Error, Page, expect

from tests.app import PATIENCE
from tests.browser.conftest import DESKTOP, Installation, started
from tests.browser.person import Person

#: In the place of a browser's maker: the page subscribes, and gets these keys.
SUBSCRIBES = """keys => {
    let made = null
    const one = {
        endpoint: keys.endpoint, options: {}, toJSON: () => ({endpoint: keys.endpoint, keys}),
        unsubscribe: async () => { made = null; return true },
    }
    PushManager.prototype.getSubscription = async () => made
    PushManager.prototype.subscribe = async () => { made = one; return one }
}"""
NO_GATEWAY = "() => { PushManager.prototype.subscribe = () => Promise.reject(new Error('no gateway')) }"
#: The tab is covered by another one, or to be seen again.
HIDES = """hidden => {
    const get = () => hidden ? 'hidden' : 'visible'
    Object.defineProperty(document, 'visibilityState', {get, configurable: true})
    document.dispatchEvent(new Event('visibilitychange'))
}"""
SHOWN = """async () => {
    const made = await navigator.serviceWorker.getRegistration('/')
    return (await made.getNotifications()).map(one => `${one.title}: ${one.body}`)
}"""
KEY = """userid => fetch('/push/key', {method: 'POST', body: new URLSearchParams({userid})})
    .then(answer => answer.json())"""
READY = "async () => { await navigator.serviceWorker.ready; return true }"
#: Notes how often the page has sounded.
HEARS = """() => {
    window.sounds = 0
    Object.defineProperty(AudioContext.prototype, 'state', {get: () => 'running'})
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (...at) { window.sounds += 1; return start.apply(this, at) }
}"""


@pytest.fixture(scope="module")
def chromium(io_loop):
    """With what a shell has not: notifications."""
    if not (program := shutil.which("chromium") or shutil.which("chromium-browser")):
        missing = "chromium is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    yield from started(io_loop, program)


@pytest.fixture
def server(tmp_path, io_loop, makers):
    """A server that may push to a gateway of ours."""
    server = Installation(tmp_path / "data")
    server.env = {"MAGPIE_PUSH_ALLOW": ",".join(makers.settings["push.allow"])}
    io_loop.run_sync(server.start)
    yield server
    io_loop.run_sync(server.stop)


async def two(people) -> tuple[Person, Person]:
    """Ann with the service worker, and Bob, her friend."""
    page = await people.window("ann", DESKTOP, worker=True)
    ann = Person(page, "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    assert await page.evaluate(READY)
    return ann, bob


async def until(page: Page, script: str) -> None:
    """Waits until it is true; the page itself evaluates no texts."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Error):  # while it starts anew
                if await page.evaluate(script):
                    return
            await asyncio.sleep(0.02)


class Worker:
    """The service worker of a page, as the browser's maker reaches it."""

    async def of(self, page: Page) -> "Worker":
        self.origin = await page.evaluate("location.origin")
        self.session = await page.context.new_cdp_session(page)
        self.ids: list[str] = []
        self.session.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: self.ids.extend(one["registrationId"] for one in told["registrations"]),
        )
        await self.session.send("ServiceWorker.enable")
        while not self.ids:
            await page.wait_for_timeout(20)
        return self

    async def push(self, payload: dict) -> None:
        where = {"origin": self.origin, "registrationId": self.ids[-1]}
        await self.session.send("ServiceWorker.deliverPushMessage", {**where, "data": json.dumps(payload)})


async def test_starts_without_a_network(people, server, shot):
    """After one visit the page is there while the server is not, says so, and goes on when it is back."""
    ann, bob = await two(people)
    people.expect("ERR_CONNECTION_REFUSED|WebSocket connection|Failed to load resource|Failed to fetch")
    await bob.open_chat("小安")
    await bob.say("早")
    await ann.sees("早")
    # Written to the disk a while after it came.
    await ann.page.wait_for_timeout(1_000)
    await server.stop()
    await ann.page.reload()
    await ann.sees("早")
    await ann.say("在的")
    await expect(ann.page.get_by_role("button", name="网络已断开，点击重试")).to_be_visible()
    await expect(ann.row("阿波")).to_contain_text("在的")
    await shot(ann.page, "01-offline")
    await server.start()
    await bob.sees("在的")
    await ann.all_sent()


async def test_asks_before_it_starts_anew(people, shot):
    """A newer page waits until the reader says so."""
    ann, _ = await two(people)
    bar = ann.page.get_by_text("有新版本，刷新后使用")
    await expect(bar).to_have_count(0)
    await ann.page.evaluate("window.old = true")
    await ann.page.evaluate("navigator.serviceWorker.register('/sw.js?newer', {scope: '/'})")
    await expect(bar).to_be_visible()
    await shot(ann.page, "01-bar")
    await ann.page.get_by_role("button", name="刷新", exact=True).click()
    await until(ann.page, "!window.old")
    await expect(ann.page.get_by_text("阿波").first).to_be_visible()


async def test_pushed(people, makers, shot):
    """Ann switches notifications on; what Bob says while she does not look comes to her device, and goes when
    she has read it on another one."""
    ann, bob = await two(people)
    phone = makers.new()
    makers.key = (await ann.page.evaluate(KEY, ann.id))["data"]["key"]
    await ann.page.context.grant_permissions(["notifications", "microphone", "camera"])
    await ann.page.evaluate(SUBSCRIBES, phone.keys)
    await ann.place("我的")
    await ann.page.get_by_role("button", name="设置").click()
    await shot(ann.page, "01-off")
    await ann.page.get_by_role("switch", name="在这台设备上通知我").click()
    await expect(ann.page.get_by_text("已打开：页面没有打开时也会通知")).to_be_visible()
    await shot(ann.page, "02-on")
    await bob.open_chat("小安")
    await bob.say("在吗")
    pushed = await phone.pushed()
    assert pushed.payload["body"] == "在吗"
    worker = await Worker().of(ann.page)
    await ann.page.goto("about:blank")
    await worker.push(pushed.payload)
    await worker.push({**pushed.payload, "body": "还在吗", "seq": pushed.payload["seq"] + 1})
    await worker.push({**pushed.payload, "body": "更早的"})
    other = await people.watch("ann's other tab", ann.page.context)
    await other.goto(f"{people.url}/asset/browser.js")
    await until(other, f"({SHOWN})().then(shown => shown.join() === '阿波: 还在吗')")
    await worker.push({"read": {"kind": 10, "dstid": bob.id, "seq": 100}})
    await until(other, f"({SHOWN})().then(shown => shown.length === 0)")


async def test_without_push(people):
    """Where the browser takes no pushes the page itself tells, while it is hidden, with a sound, and not of
    what it shows; what is read is shown no longer."""
    ann, bob = await two(people)
    page = ann.page
    await page.context.grant_permissions(["notifications", "microphone", "camera"])
    await page.evaluate(NO_GATEWAY)
    await ann.place("我的")
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("switch", name="在这台设备上通知我").click()
    await expect(page.get_by_text("已打开，但只在页面开着的时候")).to_be_visible()
    await page.evaluate(HEARS)
    await page.evaluate(HIDES, True)
    await bob.open_chat("小安")
    await bob.say("在吗")
    await until(page, f"({SHOWN})().then(shown => shown.join() === '阿波: 在吗')")
    await until(page, "document.title.startsWith('(1)')")
    await until(page, "window.sounds === 2")
    await page.evaluate(HIDES, False)
    await ann.open_chat("阿波")
    await until(page, f"({SHOWN})().then(shown => shown.length === 0)")
    await until(page, "!document.title.startsWith('(')")
    await bob.say("看到了")
    await ann.sees("看到了")
    await ann.place("我的")
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("switch", name="提示音").click()
    await bob.say("静音了")
    await until(page, "document.title.startsWith('(1)')")
    await page.wait_for_timeout(400)
    assert await page.evaluate("window.sounds") == 2
