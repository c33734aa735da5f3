"""The page in browsers of 2023 that are still in use, as far as what they lack tells, and in ones that are
too old."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person

POPOVER = (
    "for (const name of ['showPopover', 'hidePopover', 'togglePopover']) delete HTMLElement.prototype[name];"
)
LACKS = {
    "Firefox 115": POPOVER + "delete Intl.Segmenter; delete Promise.withResolvers; delete AbortSignal.any;",
    "Chrome 109": POPOVER
    + "delete URL.canParse; delete String.prototype.isWellFormed; delete Promise.withResolvers;"
    "for (const name of ['toSorted', 'toReversed', 'toSpliced', 'with']) delete Array.prototype[name];"
    "delete Object.groupBy; delete Map.groupBy; delete AbortSignal.any; delete window.Iterator;",
    "Safari 15.4": POPOVER
    + "delete URL.canParse; delete AbortSignal.timeout; delete AbortSignal.any; delete Promise.withResolvers;"
    "for (const name of ['toSorted', 'toReversed', 'toSpliced', 'with', 'findLast', 'findLastIndex'])"
    " delete Array.prototype[name]; delete Object.groupBy; delete window.requestIdleCallback;"
    "delete window.structuredClone; delete window.ContentVisibilityAutoStateChangeEvent;",
}


async def test_supported_browsers(people, shot):
    """A person whose browser lacks what came after 2022 registers, reads and writes as all others do."""
    for number, (name, lacks) in enumerate(LACKS.items()):
        page = await people.window(name, DESKTOP)
        await page.add_init_script(lacks)
        bob = Person(page, "阿波", f"1380000010{number}")
        await bob.register()
        await bob.create_group("周末爬山")
        await bob.say("早上好 😀 https://a.example/x。")
        await bob.sees("早上好 😀 https://a.example/x。")
        await bob.say("👍🏽")
        await bob.all_sent()
        link = bob.log.get_by_role("link", name="https")
        await expect(link).to_have_attribute("href", "https://a.example/x")
        await expect(bob.log.locator(".big .emoji")).to_have_text("👍🏽")
        await bob.back()
        await expect(bob.row("周末爬山")).to_contain_text("👍🏽")
        await shot(page, name.replace(" ", "-"))
        await page.context.close()


async def test_too_old_a_browser_is_told(people):
    """A browser that is too old for the page says so in one sentence, in the reader's language, and not
    nothing."""
    for language, words in {"zh-CN": "浏览器版本过低", "en": "This browser is too old"}.items():
        page = await people.window("old", PHONE, language)
        await page.add_init_script("delete Object.hasOwn")
        await page.goto("/user/login.shtml")
        await expect(page.get_by_role("alert")).to_contain_text(words)
        await expect(page.get_by_role("button")).to_have_count(0)
