"""Links in messages: title and picture of their page appear for all who read them, and go with the
message."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from actions import media, previews
from models.tables import Attachment, Preview
from tests import samples
from tests.app import running
from tests.handlers.people import friends, group, text, waiting
from tests.handlers.socket.test_changes import change, said
from tests.website import answer, html, website

HEAD = """<title>t</title><meta property="og:title" content="徒步路线：环山 12 公里">
<meta property="og:description" content="沿途补给、海拔与下撤点">
<meta property="og:site_name" content="Trail">
<meta property="og:image" content="/p.jpg">"""


@asynccontextmanager
async def linked(data, **settings):
    """A server that opens links, and a website with a page and its picture."""
    async with website() as site:
        site.pages = {"/": html(HEAD), "/p.jpg": answer(samples.picture("JPEG", (1200, 900)), "image/jpeg")}
        given = {"previews.enabled": True, "previews.allow": [site.place], **settings}
        async with running(data, given) as app:
            yield app, site


async def quiet(app):
    """Returns once no link is being looked at."""
    while app.services.previews.stats()["previews_waiting"]:
        await asyncio.sleep(0.01)


async def row_of(client, message, dstid):
    """The message as it is told now."""
    asked = {"kind": message["kind"], "dstid": dstid, "ids": f"[{message['id']}]"}
    return (await client.post("/message/get", **asked))["rows"][0]


async def pictures(app):
    """How often the pictures that are kept are shown."""
    rows = await app.services.db.read(lambda: list(Attachment.select().where(Attachment.state == 1).dicts()))
    return [row["uses"] for row in rows]


@pytest.mark.parametrize("media", [1, 7])
async def test_it_appears(tmp_path, media):
    """A link, in words or as a card, gets title, text and a picture of ours, on all devices; a classic page
    hears nothing, nothing is unread again, and the list keeps its order."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        async with ann.socket() as hers, bob.socket() as his, bob.socket(v=None) as page:
            fields = {"content": f"看 {site.url}/，好看"} if media == 1 else {"url": f"{site.url}/"}
            sent = await ann.post_json("/message/send", cmd=10, dstid=bob.user_id, media=media, **fields)
            message = sent["data"]
            told = await his.receive(29)
            preview = told["preview"]
            assert told == await hers.receive(29) == {
                "cmd": 29, "id": message["id"], "seq": 1, "kind": 10, "dstid": bob.user_id,
                "userid": ann.user_id, "ver": 2, "preview": preview,
            }  # fmt: skip
            assert preview == {
                "url": f"{site.url}/", "title": "徒步路线：环山 12 公里", "desc": "沿途补给、海拔与下撤点",
                "site": "Trail", "pic": preview["pic"], "w": 640, "h": 480,
            }  # fmt: skip
            answered = await bob.get(preview["pic"])
            assert (answered.code, answered.headers["Content-Type"]) == (200, "image/jpeg")
            await ann.post_json("/message/send", **text(bob, "next"))
            assert (await page.receive())["media"] == media
            assert (await page.receive())["content"] == "next"
        [row] = (await bob.post("/message/changes", kind=10, dstid=ann.user_id, ver=1, limit=1))["rows"]
        assert (row["preview"], row["ver"], "edited" in row) == (preview, 2, False)
        line = (await bob.post("/message/conversations"))["rows"][0]
        assert (line["unread"], line["last"]["content"]) == (2, "next")
        assert "Cookie" not in site.heads[0] and "Referer" not in site.heads[0]


async def test_ten_groups_one_look(tmp_path):
    """The same link in many chats is looked at once, and by several people."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        rooms = [await group(ann, bob) for _ in range(3)]
        messages = [await said(ann, room, f"{site.url}/", cmd=11) for room in rooms]
        messages.append(await said(bob, rooms[0], f"again {site.url}/", cmd=11))
        await quiet(app)
        for message, room in zip(messages, [*rooms, rooms[0]], strict=True):
            assert (await row_of(ann, message, room))["preview"]["title"].startswith("徒步")
        assert site.asked == {"/": 1, "/p.jpg": 1}
        assert await pictures(app) == [5]  # of four messages, and of what is remembered


async def test_nothing_is_remembered_too(tmp_path):
    """A page that says nothing of itself is not asked again and again."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        for path in ("/gone", "/gone"):
            message = await said(ann, bob, site.url + path)
            await quiet(app)
            assert "preview" not in await row_of(ann, message, bob.user_id)
        assert site.asked == {"/gone": 1}


async def test_recalled(tmp_path):
    """It goes with a message that is taken back, and its picture with what is remembered of the page."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        assert (await ann.post_json("/message/change", **change(14, message, bob)))["code"] == 0
        row = await row_of(bob, message, ann.user_id)
        assert row["recalled"] == 1 and "preview" not in row
        assert await pictures(app) == [1]


async def test_recalled_meanwhile(tmp_path):
    """What was taken back before the page has answered gets nothing any more."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        site.open.clear()
        message = await said(ann, bob, f"{site.url}/")
        await ann.post_json("/message/change", **change(14, message, bob))
        site.open.set()
        await quiet(app)
        row = await row_of(bob, message, ann.user_id)
        assert (row["ver"], "preview" in row) == (2, False)


async def test_edited(tmp_path):
    """Another link in the text: the old preview goes at once, and that of the new link comes; other words
    change nothing about it."""
    async with linked(tmp_path) as (app, site):
        site.pages["/two"] = html("<title>Two</title>")
        ann, bob = await friends(app)
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        async with bob.socket() as his:
            await ann.post_json("/message/change", **change(15, message, bob, content=f"see {site.url}/"))
            assert (await his.receive(15))["preview"]["title"].startswith("徒步")
            await ann.post_json("/message/change", **change(15, message, bob, content=f"{site.url}/two"))
            assert "preview" not in await his.receive(15)
            assert (await his.receive(29))["preview"] == {"url": f"{site.url}/two", "title": "Two"}
            await ann.post_json("/message/change", **change(15, message, bob, content="nothing"))
            assert "preview" not in await his.receive(15)
        assert "preview" not in await row_of(bob, message, ann.user_id)
        assert await pictures(app) == [1]


async def test_forwarded(tmp_path):
    """A copy has it, too, without another look at the page."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        asked = {"kind": 10, "dstid": ann.user_id, "ids": [message["id"]]}
        to = [{"kind": 10, "dstid": bob.user_id}]
        [copy] = (await bob.post_json("/message/forward", **asked, to=to))["rows"]
        await quiet(app)
        assert (await row_of(bob, copy, bob.user_id))["preview"]["title"].startswith("徒步")
        assert site.asked["/"] == 1


async def test_taken_away(tmp_path):
    """Its author removes it, for all; it comes back with another link only. Nobody else can."""
    async with linked(tmp_path) as (app, site):
        site.pages["/two"] = html("<title>Two</title>")
        ann, bob = await friends(app)
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        which = {"kind": 10, "id": message["id"], "on": 0}
        assert (await bob.post_json("/message/preview", dstid=ann.user_id, **which))["code"] == -403
        async with bob.socket() as his:
            for _ in range(2):  # a second time changes nothing
                done = await ann.post_json("/message/preview", dstid=bob.user_id, **which)
                assert (done["code"], done["data"]["ver"]) == (0, 3)
            told = await his.receive(29)
            assert (told["ver"], "preview" in told) == (3, False)
            assert await waiting(his) == []
        await ann.post_json("/message/change", **change(15, message, bob, content=f"{site.url}/ again"))
        await quiet(app)
        row = await row_of(bob, message, ann.user_id)
        assert "preview" not in row and "bare" not in row
        await ann.post_json("/message/change", **change(15, message, bob, content=f"{site.url}/two"))
        await quiet(app)
        assert (await row_of(bob, message, ann.user_id))["preview"]["title"] == "Two"
        await ann.post_json("/message/change", **change(14, message, bob))
        assert (await ann.post_json("/message/preview", dstid=bob.user_id, **which))["code"] == -1


async def test_who_does_not_want_it(tmp_path):
    """Links of a sender who has switched that off are not opened, nor any where the operator has."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        assert (await ann.post("/user/settings", previews=0))["data"]["previews"] == 0
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        assert "preview" not in await row_of(ann, message, bob.user_id)
        await said(bob, ann, "no link")
        assert site.connections == 0
    async with linked(tmp_path / "off", **{"previews.enabled": False}) as (app, site):
        ann, bob = await friends(app)
        await said(ann, bob, f"{site.url}/")
        await quiet(app)
        assert site.connections == 0


async def test_words(tmp_path):
    """A page whose texts have a word of the list is not shown; what waits for a review is not looked at
    before it is let pass."""
    (tmp_path / "words.txt").write_text("徒步,mask\nhm,review\n", "utf-8")
    async with linked(tmp_path, **{"moderation.words": str(tmp_path / "words.txt")}) as (app, site):
        ann, bob = await friends(app)
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        assert "preview" not in await row_of(ann, message, bob.user_id)
        assert (await ann.post_json("/message/send", **text(bob, f"hm {site.url}/two")))["code"] == -1
        await quiet(app)
        assert site.asked["/two"] == 0


async def test_not_too_many(tmp_path):
    """Who sends a hundred links gets previews of the first ones, and others do not wait for them."""
    limits = {"limits.enabled": True, "limits.preview_burst": 5, "limits.previews_most": 3}
    async with linked(tmp_path, **limits) as (app, site):
        ann, bob = await friends(app)
        site.open.clear()
        for number in range(10):
            await said(ann, bob, f"{site.url}/{number}")
        stats = app.services.previews.stats()
        assert (stats["previews_waiting"], stats["previews_dropped"]) == (3, 7)
        await said(bob, ann, f"{site.url}/bob")
        while not site.asked["/bob"]:
            await asyncio.sleep(0.01)
        assert site.connections == 2  # one of each
        site.open.set()
        await quiet(app)


async def test_it_ends_with_the_server(tmp_path):
    """A server that is told to stop does not wait for a page that never answers."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        site.open.clear()
        await said(ann, bob, f"{site.url}/")
        while not site.connections:
            await asyncio.sleep(0.01)
        await app.stop()
        site.open.set()


async def test_forgotten(tmp_path):
    """What was known of a page for a day is looked for again, and a picture that nothing shows is deleted."""
    async with linked(tmp_path) as (app, site):
        ann, bob = await friends(app)
        message = await said(ann, bob, f"{site.url}/")
        await quiet(app)
        await ann.post_json("/message/change", **change(14, message, bob))
        await app.services.db.write(lambda: Preview.update(until=1).execute())
        assert await previews.forget(app.services) == 1
        assert await pictures(app) == []
        await app.services.db.write(lambda: Attachment.update(createat=1).execute())
        assert await media.collect_unattached(app.services) == 1
        await said(ann, bob, f"{site.url}/")
        await quiet(app)
        assert site.asked["/"] == 2
