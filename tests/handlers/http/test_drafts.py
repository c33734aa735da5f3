"""What somebody has begun to write is the same on all their devices, and nobody else's affair."""

import asyncio
import json
import zipfile
from io import BytesIO

from models import drafts, fitting
from models.tables import Draft
from tests.app import PASSWD
from tests.handlers.people import friends, group, text, waiting


async def put(client, kind, dst, content="", **fields) -> dict:
    dstid = dst if isinstance(dst, int) else dst.user_id
    return await client.post_json("/draft/set", kind=kind, dstid=dstid, content=content, **fields)


async def listed(client, **fields) -> list[dict]:
    answer = await client.post("/draft/list", **fields)
    assert answer["code"] == 0, answer
    return answer["rows"]


async def test_on_all_devices(app):
    """A draft is listed and told to the writer's v2 pages as it stands, with whom it names and what it
    answers; one that changes nothing is not told; another takes its place, and an empty one ends it."""
    ann, bob = await friends(app)
    async with ann.socket() as page, bob.socket() as other, ann.socket(v=None) as classic:
        one = (await put(ann, 10, bob, "half a", at=[bob.user_id], ref=7))["data"]
        said = {"kind": 10, "dstid": bob.user_id, "content": "half a", "at": [bob.user_id], "ref": 7}
        assert one == {**said, "rev": 1, "updateat": one["updateat"]}
        assert await waiting(page) == [{"cmd": 31, **one}]
        assert (await put(ann, 10, bob, "half a", at=[bob.user_id], ref=7))["data"] == one
        two = (await put(ann, 10, bob, "half a sentence"))["data"]
        notes = (await put(ann, 10, ann, "milk"))["data"]
        assert await listed(ann) == [two, notes] and await listed(ann, after=two["rev"]) == [notes]
        gone = (await put(ann, 10, bob))["data"]
        assert gone.keys() == {"kind", "dstid", "rev", "updateat"}
        assert [frame["rev"] for frame in await waiting(page)] == [two["rev"], notes["rev"], gone["rev"]]
        assert await listed(ann) == [notes]
        assert await listed(ann, after=two["rev"]) == [notes, gone]
        assert (await put(ann, 10, 99))["code"] == 0  # nothing was there, and nothing is
        assert await waiting(other) == [] and await listed(bob) == []
        await bob.post_json("/message/send", **text(ann, "x"))
        assert (await classic.receive())["content"] == "x"


async def test_a_newer_text_is_not_written_over(app):
    """A device that goes on from an old draft is refused and told the new one; one that says nothing of it
    writes over it; of many at once one is first."""
    ann, bob = await friends(app)
    first = (await put(ann, 10, bob, "laptop", rev=0))["data"]
    second = (await put(ann, 10, bob, "phone", rev=first["rev"]))["data"]
    for rev in (0, first["rev"], second["rev"] + 1):
        refused = await put(ann, 10, bob, "laptop again", rev=rev)
        assert (refused["code"], refused["data"]) == (-409, second)
    gone = (await put(ann, 10, bob, rev=second["rev"]))["data"]
    again = (await put(ann, 10, bob, "laptop", rev=first["rev"]))["data"]  # over nothing
    assert again["rev"] == gone["rev"] + 1
    assert (await put(ann, 10, bob, "whatever"))["code"] == 0
    [at] = [row["rev"] for row in await listed(ann)]
    answers = await asyncio.gather(*(put(ann, 10, bob, f"text {n}", rev=at) for n in range(8)))
    assert sorted(answer["code"] for answer in answers) == [-409] * 7 + [0]
    [won] = [answer["data"] for answer in answers if answer["code"] == 0]
    assert await listed(ann) == [won]
    assert [answer["data"] for answer in answers if answer["code"]] == [won] * 7
    assert (await put(ann, 10, bob, "x", rev=5, at=[-1]))["code"] == -400


async def test_where_one_may_write(app, monkeypatch):
    """Strangers, the removed and the muted have no drafts there, but may take away what they had; one has so
    many and no more."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob)
    assert (await put(eve, 10, ann, "x"))["code"] == (await put(eve, 11, room, "x"))["code"] == -403
    assert (await put(eve, 10, 10**9, "x"))["code"] == (await put(eve, 11, 10**9, "x"))["code"] == -404
    assert (await put(bob, 11, room, "x"))["code"] == 0
    await ann.post("/community/mute", dstid=room, id=bob.user_id, until=4102444800000)
    assert (await put(bob, 11, room, "y"))["code"] == -1
    await ann.post("/community/remove", dstid=room, ids=f"[{bob.user_id}]")
    assert (await put(bob, 11, room, "y"))["code"] == -403
    assert (await put(bob, 11, room))["code"] == 0 and await listed(bob) == []
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 1)
    assert (await put(bob, 10, ann, "x"))["code"] == 0
    assert (await put(bob, 10, bob, "x"))["code"] == -1
    assert (await put(bob, 10, ann, "y"))["code"] == 0
    await put(bob, 10, ann)
    assert (await put(bob, 10, bob, "x"))["code"] == 0


async def test_a_long_list(app, monkeypatch):
    """More than one answer has room for comes in parts."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    for kind, dst in ((10, ann), (10, bob), (11, room)):
        assert (await put(ann, kind, dst, "文" * 100))["code"] == 0
    monkeypatch.setattr(fitting, "MAX_ANSWER_BYTES", 1000)
    page = await ann.post("/draft/list")
    assert [row["rev"] for row in page["rows"]] == [1, 2] and page["data"] == {"more": 1, "rev": 2}
    page = await ann.post("/draft/list", after=2)
    assert [row["rev"] for row in page["rows"]] == [3] and page["data"] == {"more": 0, "rev": 3}


async def test_in_ones_own_export_and_gone_with_the_account(app):
    """Who takes their data along has their drafts; others' archives have none of them, and a deleted account
    leaves none."""
    ann, bob = await friends(app)
    await put(bob, 10, ann, "half a sentence")
    for who, count in ((bob, 1), (ann, 0)):
        answer = await who.fetch("/user/export", f"userid={who.user_id}".encode())
        with zipfile.ZipFile(BytesIO(answer.body)) as archive:
            told = json.loads(archive.read("drafts.json"))
            assert [row["content"] for row in told] == ["half a sentence"] * count
    assert (await ann.post("/message/search", q="sentence"))["rows"] == []
    assert (await bob.post("/user/delete", passwd=PASSWD))["code"] == 0
    assert await app.services.db.read(Draft.select().count) == 0
