"""Two people with real browsers in front of a real server.

Console errors, page errors and violations of the content security policy fail the test; so do warnings and
errors in the server's log. Screenshots are kept in tests/artifacts/.

One Chromium is started for all tests. Each window has a context of its own in it, which shares nothing with
others, and is closed after its test.
"""

import os
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.loop import event_loop
from tests.process import process

ARTIFACTS = Path(__file__).resolve().parent.parent / "artifacts"
#: The shell is the same engine without the windows and menus that nobody sees: two fifths less CPU.
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP = {"viewport": {"width": 1366, "height": 900}}
MOST_WAITING = 60_000  # ms for anything on a page to happen, on a busy machine
expect.set_options(timeout=MOST_WAITING)


class Installation:
    """A server of our own with its data; it can be stopped and started again at the same address."""

    def __init__(self, data: Path):
        self.data = data
        self.env: dict[str, str] = {}
        self.words = data.with_name("words.txt")  #: the list of words; none as long as it is not written
        self.allow = ""  #: a website whose links are opened; without one none are
        self.url = ""
        self._port = "0"

    async def start(self) -> None:
        self._running = AsyncExitStack()
        words = {"MAGPIE_MODERATION_WORDS": str(self.words)} if self.words.exists() else {}
        env = {**self.env, **words, "MAGPIE_PREVIEWS_ENABLED": str(bool(self.allow)).lower()}
        env["MAGPIE_PREVIEWS_ALLOW"] = self.allow
        made = process(self.data, "--port", self._port, **env)
        self._process = await self._running.enter_async_context(made)
        self.url = self._process.url
        self._port = self.url.rpartition(":")[2]

    async def stop(self) -> None:
        """Drain it as SIGTERM does, and check that nothing went wrong in its life."""
        code = await self._process.stop()
        await self._running.aclose()
        assert code == 0, self._process.logged()
        trouble = re.compile(r" (WARNING|ERROR|CRITICAL) |Traceback|Warning:")
        assert not [line for line in self._process.logged().splitlines() if trouble.search(line)]


@pytest.fixture(scope="session")
def io_loop():
    """One loop for all tests here, for the browser lives longer than each of them."""
    yield from event_loop()


@pytest.fixture(scope="session")
def chromium(io_loop):
    """A running Chromium, started anew if a test has ended it: `await chromium()`."""
    if not CHROMIUM:
        missing = "chromium is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    yield from started(io_loop, CHROMIUM)


def started(io_loop, program: str) -> Iterator[Callable[[], Awaitable[Browser]]]:
    """For a fixture: a browser, started when it is asked for first, and anew when it has ended."""
    playwright = io_loop.run_sync(lambda: async_playwright().start())
    browsers = []

    async def running() -> Browser:
        if not browsers or not browsers[-1].is_connected():
            browsers.append(await playwright.chromium.launch(executable_path=program, args=FLAGS))
        return browsers[-1]

    yield running
    for browser in browsers:
        io_loop.run_sync(browser.close)
    io_loop.run_sync(playwright.stop)


@pytest.fixture
def server(tmp_path, io_loop):
    """A running server with nobody registered yet."""
    server = Installation(tmp_path / "data")
    io_loop.run_sync(server.start)
    yield server
    io_loop.run_sync(server.stop)


class People:
    """Opens windows on the server, one for each person, and collects what goes wrong in them."""

    def __init__(self, browser: Browser, url: str):
        self.browser = browser
        self.url = url
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []
        self.expected: list[str] = ["Service Worker registration blocked by Playwright"]

    async def window(self, name: str, device: dict, language: str = "zh-CN", worker: bool = False) -> Page:
        """A window of a person's own: own cookies and storage, a device's size, a language. `worker`: with
        the service worker, past which no test hears or changes what the page asks for."""
        context = await self.browser.new_context(
            **device,
            locale=language,
            base_url=self.url,
            permissions=["microphone", "camera"],
            service_workers="allow" if worker else "block",
        )
        self.contexts.append(context)
        context.set_default_timeout(MOST_WAITING)
        return await self.watch(name, context)

    async def watch(self, name: str, context: BrowserContext) -> Page:
        """A further window of the same person."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{name}: {error}"))
        page.on("console", lambda line: self._heard(name, line.type, line.text))
        return page

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()

    def expect(self, pattern: str) -> None:
        """Allow console errors with this text, such as those of a network that a test has cut."""
        self.expected.append(pattern)

    def _heard(self, name: str, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(re.search(pattern, text) for pattern in self.expected):
            self.troubles.append(f"{name}: {kind}: {text}")


@pytest.fixture
def people(server, chromium, io_loop):
    """Windows for people: `page = await people.window("ann", PHONE)`."""
    people = People(io_loop.run_sync(chromium), server.url)
    yield people
    io_loop.run_sync(people.close)
    assert not people.troubles, "\n".join(people.troubles)


@pytest.fixture
def picture(tmp_path):
    """Make a picture file: `picture("sea.png", "#2a6", 320, 200)` returns its path."""

    def draw(name: str, colour: str, width: int = 320, height: int = 240) -> Path:
        image = Image.new("RGB", (width, height), colour)
        pen = ImageDraw.Draw(image)
        pen.ellipse((width * 0.6, height * 0.15, width * 0.8, height * 0.15 + width * 0.2), fill="#ffe9b8")
        pen.polygon([(0, height), (width * 0.4, height * 0.4), (width * 0.75, height)], fill="#26415f")
        image.save(tmp_path / name)
        return tmp_path / name

    return draw


@pytest.fixture
def shot(request):
    """Keep a screenshot as tests/artifacts/<test>-<name>.png."""
    ARTIFACTS.mkdir(exist_ok=True)

    async def keep(page: Page, name: str) -> None:
        test = request.node.name.removeprefix("test_")
        await page.screenshot(path=ARTIFACTS / f"{test}-{name}.png", animations="disabled")

    return keep
