"""Links show what is behind them, without a word to that site from anybody who reads."""

from playwright.async_api import expect

from tests import samples
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_changes import menu, press
from tests.website import answer, html, website

HEAD = """<title>徒步路线：环山 12 公里</title>
<meta name="description" content="沿途补给、海拔与下撤点，附三条备选路线和每一段的坡度图，周末两天刚好走完。">
<meta property="og:image" content="/{name}.jpg"><meta property="og:site_name" content="山野志">"""
#: Where the lines of the chat stand, by what they say.
TOPS = """() => Object.fromEntries([...document.querySelectorAll('.scroller .line')].map(line => [
    line.querySelector('.text')?.textContent.replace(/\\d\\d:\\d\\d.*$/, '').trim(),
    Math.round(line.getBoundingClientRect().top)]))"""


async def two(people, server, site) -> tuple[Person, Person]:
    """Two friends who look at their chat, on a server that opens the links of this site."""
    await server.stop()
    server.allow = site.place
    await server.start()
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", {**DESKTOP, "color_scheme": "dark"}), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await bob.open_chat("小安")
    return ann, bob


def cards(person: Person):
    return person.log.locator(".preview")


async def test_the_card(people, server, picture, shot):
    """A link in words gets title, text, picture and the host below it, for both, while nobody's browser asks
    that site for anything; its author takes it away again."""
    async with website() as site:
        site.pages = {"/wide": html(HEAD.format(name="wide")), "/tall": html(HEAD.format(name="tall"))}
        for name, size in (("wide", (1200, 630)), ("tall", (400, 600))):
            path = picture(f"{name}.jpg", "#e8956b", *size)
            site.pages[f"/{name}.jpg"] = answer(path.read_bytes(), "image/jpeg")
        ann, bob = await two(people, server, site)
        asked = []
        for person in (ann, bob):
            person.page.on("request", lambda request: asked.append(request.url))
        await ann.say(f"周末走这条？ {site.url}/wide")
        await bob.say(f"或者 {site.url}/tall")
        for person in (ann, bob):
            await expect(cards(person)).to_have_count(2)
            link = cards(person).first.get_by_role("link", name="徒步路线")
            await expect(link).to_have_attribute("href", f"{site.url}/wide")
            await expect(link).to_have_attribute("target", "_blank")
            await expect(link).to_have_attribute("rel", "noopener noreferrer")
            await expect(cards(person).first).to_contain_text(f"{site.place} · 山野志")
            await expect(cards(person).locator("img")).to_have_count(2)
            await person.pictures_are_drawn()
            await person.fits()
        await shot(ann.page, "01-phone")
        await shot(bob.page, "02-dark")
        assert not [url for url in asked if url.startswith(site.url)]

        await press(bob, bob.log.locator(".bubble", has_text="周末走这条"))
        await expect(menu(bob).get_by_role("menuitem", name="移除预览")).to_have_count(0)
        await bob.page.keyboard.press("Escape")
        await press(ann, ann.log.locator(".bubble", has_text="周末走这条"))
        await shot(ann.page, "03-menu")
        await menu(ann).get_by_role("menuitem", name="移除预览").click()
        for person in (ann, bob):
            await expect(cards(person)).to_have_count(1)
        await bob.page.reload()
        await expect(cards(bob)).to_have_count(1)


async def test_nothing_moves(people, server, picture):
    """A card that comes late, above what one reads or in the middle of it, does not move the line being
    read."""
    async with website() as site:
        site.pages = {"/": html(HEAD.format(name="p")), "/two": html(HEAD.format(name="p"))}
        site.pages["/p.jpg"] = answer(picture("p.jpg", "#e8956b", 1200, 630).read_bytes(), "image/jpeg")
        ann, bob = await two(people, server, site)
        site.open.clear()
        for number in range(12):
            await ann.say(f"before {number}")
        await ann.say(f"one {site.url}/")
        for number in range(12):
            await ann.say(f"middle {number}")
        await bob.say(f"two {site.url}/two")
        await bob.sees("middle 11")
        for number in range(12):
            await ann.say(f"after {number}")
        await bob.sees("after 11")
        await bob.wheel_to(bob.log.locator(".bubble", has_text="middle 5"), -40)
        for _ in range(3):  # it comes to rest
            await bob.page.wait_for_timeout(100)
        before = await bob.page.evaluate(TOPS)
        edge = (await bob.page.locator(".scroller").bounding_box())["y"]
        top = min((place, words) for words, place in before.items() if place >= edge and "middle" in words)[1]
        site.open.set()
        await expect(cards(ann)).not_to_have_count(0)
        await expect(cards(bob)).not_to_have_count(0)
        await bob.page.wait_for_timeout(300)
        after = await bob.page.evaluate(TOPS)
        assert abs(after[top] - before[top]) <= 1, (top, before, after)


async def test_foreign_pictures(people, server, shot):
    """A picture on another server is loaded when its reader asks for it, not before, whatever kind of message
    it stands in; a face from there is never shown."""
    async with website() as site:
        site.pages["/p.jpg"] = answer(samples.picture("JPEG", (640, 480)), "image/jpeg")
        ann, bob = await two(people, server, site)
        foreign = f"https://{site.place}/p.jpg"
        for media, fields in {
            2: {"content": "news", "pic": foreign},
            4: {"url": foreign, "pic": foreign},
            6: {"url": foreign},
            7: {"content": "link", "url": "https://127.0.0.1:1/", "pic": foreign},
            8: {"url": foreign, "pic": foreign},
            9: {"content": str(bob.id), "memo": "card", "pic": foreign},
        }.items():
            await ann._call("/message/send", userid=ann.id, cmd=10, dstid=bob.id, media=media, **fields)
        await ann._call("/user/profile", userid=ann.id, avatar=foreign)
        await bob.page.reload()
        await expect(bob.log.locator(".bubble")).to_have_count(6)
        covers = bob.log.get_by_role("button", name="显示")
        await expect(covers).to_have_count(4)
        await shot(bob.page, "01-covered")
        assert site.connections == 0
        bob.page.on("request", lambda request: site.heads.append(request.url))
        people.expect("Failed to load resource|ERR_")
        await covers.first.click()
        await expect(covers).to_have_count(0)  # asked for once, it is shown everywhere
        while foreign not in site.heads:
            await bob.page.wait_for_timeout(50)
