"""What somebody keeps: copies of messages, whatever becomes of the originals, and stickers of their own."""

import asyncio

from models import favorites, stickers
from models.tables import Attachment, Record
from tests import samples
from tests.handlers.people import friends, group, text


async def say(client, dst, content="hi", **fields) -> dict:
    return (await client.post_json("/message/send", **text(dst, content, **fields)))["data"]


async def kept(client, **fields) -> list[str]:
    answer = await client.post("/favorite/list", **fields)
    assert answer["code"] == 0
    return [row["message"].get("content") for row in answer["rows"]]


async def test_a_copy_stays(app):
    """A favorite is the message as it was, also when that is recalled; adding it twice is the same one."""
    ann, bob = await friends(app)
    one, two = await say(ann, bob, "One"), await say(ann, bob, "two")
    chat = {"kind": 10, "dstid": ann.user_id}
    await bob.post_json("/message/change", **chat, cmd=16, id=one["id"], content="👍", amount=1)
    first = (await bob.post("/favorite/add", **chat, id=one["id"]))["data"]
    assert (await bob.post("/favorite/add", **chat, id=one["id"]))["data"] == first
    assert first["message"].items() >= {"content": "One", "userid": ann.user_id, "seq": 1}.items()
    assert "reactions" not in first["message"] and "mine" not in first["message"]
    await bob.post("/favorite/add", **chat, id=two["id"])
    for message in (one, two):
        await ann.post_json("/message/change", cmd=14, id=message["id"], kind=10, dstid=bob.user_id)
    assert await kept(bob) == ["two", "One"]
    assert await kept(bob, before=(await bob.post("/favorite/list"))["rows"][0]["id"]) == ["One"]
    assert await kept(bob, q="oNe") == ["One"] and await kept(bob, q="three") == []
    assert await kept(ann) == []
    page = await bob.post("/favorite/list", limit=1)
    assert page["data"]["more"] == 1 and len(page["rows"]) == 1
    assert (await ann.post("/favorite/remove", favorite=first["id"]))["code"] == -404
    assert (await bob.post("/favorite/remove", favorite=first["id"]))["code"] == 0
    assert (await bob.post("/favorite/remove", favorite=first["id"]))["code"] == -404
    assert await kept(bob) == ["two"]


async def test_what_cannot_be_kept(app, monkeypatch):
    """What was recalled, hidden or is of another conversation is not there; strangers are refused; one keeps
    so many and no more, however many are added at once."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    messages = [await say(ann, bob, str(number)) for number in range(6)]
    chat = {"kind": 10, "dstid": ann.user_id}
    await ann.post_json("/message/change", cmd=14, id=messages[0]["id"], kind=10, dstid=bob.user_id)
    await bob.post_json("/message/hide", **chat, ids=[messages[1]["id"]])
    for id_ in (messages[0]["id"], messages[1]["id"], 7):
        assert (await bob.post("/favorite/add", **chat, id=id_))["code"] == -404
    assert (await eve.post("/favorite/add", **chat, id=messages[2]["id"]))["code"] == -403
    monkeypatch.setattr(favorites, "MAX_FAVORITES", 3)
    answers = await asyncio.gather(
        *(bob.post("/favorite/add", **chat, id=message["id"]) for message in messages[2:])
    )
    assert sorted(answer["code"] for answer in answers) == [-1, 0, 0, 0]


async def test_its_picture_stays(app):
    """The file of a favorite is kept when nobody else shows it any more, and goes with the favorite."""
    ann, bob = await friends(app)
    url = (await ann.upload(samples.picture()))["data"]
    sent = await say(ann, bob, "", media=4, url=url)
    chat = {"kind": 10, "dstid": ann.user_id}
    favorite = (await bob.post("/favorite/add", **chat, id=sent["id"]))["data"]
    await ann.post_json("/message/change", cmd=14, id=sent["id"], kind=10, dstid=bob.user_id)

    def uses():
        return list(Attachment.select(Attachment.uses, Attachment.state).tuples())

    assert await app.services.db.read(uses) == [(1, 1)]
    await bob.post("/favorite/remove", favorite=favorite["id"])
    assert await app.services.db.read(uses) == [(0, 0)]


async def test_stickers(app, monkeypatch):
    """Uploaded pictures and the server's stickers are kept once each, the newest first."""
    ann, bob = await friends(app)
    await group(ann, bob)
    url = (await ann.upload(samples.picture()))["data"]
    file = (await ann.upload(b"plain text", "a.txt"))["data"]
    ours = "/asset/stickers/magpie/hello.webp"
    one = (await bob.post("/sticker/add", url=url))["data"]
    assert one["url"] == url and (await bob.post("/sticker/add", url=url))["data"] == one
    two = (await bob.post("/sticker/add", url=ours))["data"]
    assert (await bob.post("/sticker/list"))["rows"] == [two, one]
    assert (await ann.post("/sticker/list"))["rows"] == []
    for bad, code in (
        ("https://example.org/a.png", -400),
        ("/asset/stickers/../../x.png", -400),
        ("/mnt/2026/11/aaaaaaaaaaaaaaaaaaaaaa.png", -404),
        (file, -404),
        ("", -400),
    ):
        assert (await bob.post("/sticker/add", url=bad))["code"] == code, bad
    monkeypatch.setattr(stickers, "MAX_STICKERS", 2)
    assert (await bob.post("/sticker/add", url="/asset/stickers/magpie/bye.webp"))["code"] == -1
    assert (await ann.post("/sticker/remove", id=one["id"]))["code"] == -404
    assert (await bob.post("/sticker/remove", id=one["id"]))["code"] == 0
    assert (await bob.post("/sticker/list"))["rows"] == [two]


async def test_a_record_stays(app):
    """A kept chat record is read by its favorite when the original is recalled, what stands in it too, and
    is gone with the favorite; only who keeps it can read it."""
    ann, bob = await friends(app)
    chat = {"kind": 10, "dstid": bob.user_id}
    line = await say(ann, bob, "a line")
    last = line["id"]
    for _ in range(2):
        merged = {**chat, "ids": [last], "to": [chat], "merge": 1}
        last = (await ann.post_json("/message/forward", **merged))["rows"][0]["id"]
    favorite = (await bob.post("/favorite/add", kind=10, dstid=ann.user_id, id=last))["data"]["id"]
    await ann.post_json("/message/change", **chat, cmd=14, id=last)
    [outer] = (await bob.post("/message/record", favorite=favorite))["rows"]
    assert (outer["media"], outer["content"]) == (12, "Ann和Bob的聊天记录")
    [inner] = (await bob.post_json("/message/record", favorite=favorite, within=[0]))["rows"]
    assert (inner["content"], inner["nickname"]) == ("a line", "Ann")
    assert (await bob.post_json("/message/record", favorite=favorite, within=[1]))["code"] == -404
    assert (await ann.post("/message/record", favorite=favorite))["code"] == -404
    for bad in ({}, {"favorite": favorite, "id": last}, {"kind": 10, "dstid": ann.user_id}):
        assert (await bob.post("/message/record", **bad))["code"] == -400, bad
    plain = (await bob.post("/favorite/add", kind=10, dstid=ann.user_id, id=line["id"]))["data"]["id"]
    assert (await bob.post("/message/record", favorite=plain))["code"] == -404
    await bob.post("/favorite/remove", favorite=favorite)
    assert (await bob.post("/message/record", favorite=favorite))["code"] == -404

    def uses():
        return list(Record.select(Record.uses).tuples())

    assert await app.services.db.read(uses) == [(1,)]  # the inner one's own message


async def test_a_favorite_goes_on(app):
    """What is kept is forwarded as the message would have been, once however often the call is made, also
    when it is recalled, and kept no more by the second call."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    chat, mine = {"kind": 10, "dstid": ann.user_id}, {"kind": 10, "dstid": bob.user_id}
    line = await say(ann, bob, "a line")
    merged = {**mine, "ids": [line["id"]], "to": [mine], "merge": 1}
    record = (await ann.post_json("/message/forward", **merged))["rows"][0]
    packet = await say(ann, bob, "", media=5, url="/packet", amount=1)
    kept = []
    for message in (line, record, packet):
        kept.append((await bob.post("/favorite/add", **chat, id=message["id"]))["data"]["id"])
        await ann.post_json("/message/change", **mine, cmd=14, id=message["id"])
    to = [mine, {"kind": 11, "dstid": room}]
    for at, favorite in enumerate(kept[:2]):
        said = {"favorite": favorite, "to": to, "cid": f"f{at}"}
        answer = await bob.post_json("/message/forward", **said)
        assert answer["code"] == 0 and answer["total"] == 2, answer
        await bob.post("/favorite/remove", favorite=favorite)
        assert (await bob.post_json("/message/forward", **said))["rows"] == answer["rows"]
        assert (await bob.post_json("/message/forward", favorite=favorite, to=to))["rows"] == []
    rows = (await ann.post("/message/history", kind=11, dstid=room))["rows"][-2:]
    assert [(row["userid"], row["fwd"]) for row in rows] == [(bob.user_id, ann.user_id)] * 2
    assert (rows[0]["content"], rows[1]["media"], rows[1]["amount"]) == ("a line", 12, 1)
    [inside] = (await ann.post("/message/record", kind=11, dstid=room, id=rows[1]["id"]))["rows"]
    assert inside["content"] == "a line"
    assert (await bob.post_json("/message/forward", favorite=kept[2], to=to))["rows"] == []
    for bad in ({"merge": 1}, {"ids": [1]}, chat):
        assert (await bob.post_json("/message/forward", favorite=kept[2], to=to, **bad))["code"] == -400, bad
