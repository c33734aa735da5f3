"""A file that something shows is kept; what shows a file that is gone is refused."""

import os

import pytest

from actions import media
from models.tables import GONE as GONE_STATE
from models.tables import Attachment, StoredMessage, User
from tests import samples
from tests.app import App, Client, running
from tests.handlers.people import friends, text

GONE = (-404, "文件已过期，请重新上传")


@pytest.fixture
def hasty(io_loop, tmp_path):
    """A server on which a file that nothing shows is soon collected: `collect`."""
    context = running(tmp_path, {"uploads.unattached_seconds": 1})
    app = io_loop.run_sync(context.__aenter__)
    yield app
    io_loop.run_sync(lambda: context.__aexit__(None, None, None))


async def collect(app: App) -> int:
    """An hour passes, and the clean-up comes; how many files went."""
    await app.services.db.write(Attachment.update(createat=Attachment.createat - 2000).execute)
    return await media.collect_unattached(app.services)


async def uploaded(client: Client) -> str:
    answer = await client.upload(b"%PDF-1.4 " + os.urandom(300), "a.pdf")
    assert answer["code"] == 0, answer
    return answer["data"]


async def used(app: App, client: Client) -> int:
    return await app.services.db.read(lambda: User.get_by_id(client.user_id).media_bytes)


def said(answer: dict) -> tuple[int, str]:
    return answer["code"], answer["msg"]


WAYS = {
    "as the upload told it": lambda url: {"media": 10, "content": "a.pdf", "url": url},
    "with a doubled slash, as classic pages": lambda url: {"media": 10, "content": "a.pdf", "url": "/" + url},
    "with the server's host": lambda url: {"media": 7, "url": f"http://127.0.0.1:8080{url}"},
    "with a public name": lambda url: {"media": 8, "url": f"https://chat.example.com{url}?name=a.pdf"},
    "as a preview only": lambda url: {"media": 2, "content": "news", "url": "https://x.example", "pic": url},
    "in a text": lambda url: {"media": 1, "content": f"看这里 https://chat.example.com{url} 好吗"},
    "as a sticker": lambda url: {"media": 6, "content": url},
    "in a memo of one's own kind": lambda url: {"media": 100, "memo": '{"file": "%s"}' % url},
    "in a memo, escaped": lambda url: {"media": 100, "memo": '{"f": "%s"}' % url.replace("/", "\\/")},
    "percent-encoded": lambda url: {"media": 7, "url": f"/view?file={url.replace('/', '%2F')}"},
}


async def test_however_a_message_shows_it(hasty):
    """A file stays as long as a message shows it, in whatever way; one that nothing shows goes."""
    ann, _ = await friends(hasty)
    urls = {way: await uploaded(ann) for way in WAYS}
    nobodys = await uploaded(ann)
    for way, fields in WAYS.items():
        answer = await ann.post_json("/message/send", cmd=10, dstid=ann.user_id, **fields(urls[way]))
        assert answer["code"] == 0, (way, answer)
    assert await collect(hasty) == 1
    assert {way: (await ann.get(url)).code for way, url in urls.items()} == dict.fromkeys(WAYS, 200)
    assert (await ann.get(nobodys)).code == 404


async def test_avatars_and_icons(hasty):
    """An avatar and a group's icon stay, with the server's public name in front as well."""
    ann = await hasty.client().register()
    avatar, icon = await uploaded(ann), await uploaded(ann)
    assert (await ann.post("/user/profile", avatar=f"https://chat.example.com{avatar}"))["code"] == 0
    group = await ann.post("/contact/createcommunity", name="g", icon=f"https://chat.example.com{icon}?a=b")
    assert group["code"] == 0
    assert await collect(hasty) == 0
    assert [(await ann.get(url)).code for url in (avatar, icon)] == [200, 200]


@pytest.mark.parametrize("way", WAYS)
async def test_a_message_that_comes_too_late(hasty, way):
    """A message that shows a file which is gone is refused with a reason and stored nowhere; with the file
    uploaded anew it goes under the same cid."""
    ann, bob = await friends(hasty)
    url = await uploaded(ann)
    assert await collect(hasty) == 1
    late = {"cmd": 10, "dstid": bob.user_id, "cid": "c1"}
    answer = await ann.post_json("/message/send", **late, **WAYS[way](url))
    assert said(answer) == GONE
    assert answer["data"] == {"gone": [url.removeprefix("/mnt/").removesuffix(".pdf")]}
    async with ann.socket() as socket:
        await socket.send({**late, **WAYS[way](url)})
        error = await socket.receive(1, 2)
        assert (error["cmd"], error["cid"], *said(error)) == (2, "c1", *GONE)
    assert (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"] == []
    again = await ann.post_json("/message/send", **late, **WAYS[way](await uploaded(ann)))
    assert (again["code"], again["data"]["seq"]) == (0, 1)


async def test_profiles_and_groups_that_come_too_late(hasty):
    """An avatar or icon that is gone is refused, and nothing is changed or made."""
    ann, client = await hasty.client().register("Ann"), hasty.client()
    url, picture = await uploaded(ann), (await client.upload(samples.picture("PNG")))["data"]
    assert await collect(hasty) == 2
    assert said(await ann.post("/user/profile", nickname="Eve", avatar=url)) == GONE
    assert (await ann.post("/user/find", id=ann.user_id))["data"]["nickname"] == "Ann"
    assert said(await ann.post("/contact/createcommunity", name="g", icon=url)) == GONE
    assert (await ann.post("/contact/loadcommunity"))["rows"] == []
    assert await hasty.services.db.read(StoredMessage.select().count) == 0
    group = await ann.post("/contact/createcommunity", name="g", icon=await uploaded(ann))
    assert group["code"] == 0, group
    registered = await client.post("/user/register", mobile="13700000001", passwd="secret123", avatar=picture)
    assert said(registered) == GONE
    await client.register(mobile="13700000001")


async def test_a_resend_gets_its_ack(hasty):
    """A message that was acknowledged is acknowledged again, also when its file has gone since."""
    ann, bob = await friends(hasty)
    url = await uploaded(ann)
    message = text(bob, "a.pdf", "c1", media=10, url=url)
    first = await ann.post_json("/message/send", **message)
    await hasty.services.db.write(Attachment.update(state=GONE_STATE).execute)
    assert await ann.post_json("/message/send", **message) == first
    other = await ann.post_json("/message/send", **{**message, "content": "b.pdf"})
    assert other["code"] == -409


async def test_others_in_the_batch(hasty):
    """Messages beside one that is refused are stored, in their order and without a gap."""
    ann, bob = await friends(hasty)
    url = await uploaded(ann)
    await collect(hasty)
    async with ann.socket() as socket:
        for number in range(6):
            late = {"media": 10, "url": url} if number == 3 else {}
            await socket.send(text(bob, str(number), f"c{number}", **late))
        answers = [await socket.receive(1, 2) for _ in range(6)]
    assert sorted(frame["seq"] for frame in answers if frame["cmd"] == 1) == [1, 2, 3, 4, 5]
    rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    assert [row["content"] for row in rows] == ["0", "1", "2", "4", "5"]


async def test_who_shows_it_first_pays(tmp_path):
    """A picture that was sent before log-in counts against whoever shows it first, and over the quota it is
    refused."""
    picture = samples.picture("PNG", (64, 64))
    async with running(tmp_path, {"uploads.quota_bytes": 5000}) as app:
        nobody = app.client()
        first, second = await nobody.upload(picture), await nobody.upload(picture)
        size = first["bytes"]
        ann, bob = await friends(app)
        for _ in range(2):
            sent = await ann.post_json("/message/send", **text(bob, media=4, url=first["data"]))
            assert sent["code"] == 0
        assert (await bob.post("/user/profile", avatar=first["data"]))["code"] == 0
        assert (await used(app, ann), await used(app, bob)) == (size, 0)
        assert (await bob.post("/contact/createcommunity", name="g", icon=second["data"]))["code"] == 0
        assert await used(app, bob) == size
        third = (await nobody.upload(picture))["data"]
        assert (await ann.upload(b"x" * (5000 - size)))["code"] == 0
        refused = await ann.post_json("/message/send", **text(bob, media=4, url=third, cid="c9"))
        assert said(refused) == (-413, "您的存储空间已满")
        assert (await ann.post("/user/profile", avatar=third))["code"] == -413
        assert (await ann.post("/contact/createcommunity", name="g", icon=third))["code"] == -413
        carl = await app.client().register(avatar=third)
        assert (await used(app, carl), await used(app, ann)) == (size, 5000)
        assert (await ann.post_json("/message/send", **text(bob, media=4, url=third, cid="c9")))["code"] == 0
