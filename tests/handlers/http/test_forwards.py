"""Forwarding: copies one by one or as one record, once however often the call is made; what records hold."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from models import records
from models.tables import Attachment, Record, Recorded, StoredMessage
from protocol.limits import MAX_RECORD_DEPTH
from tests import samples
from tests.handlers.people import friends, group, open_all, text


async def say(client, dst, content="hi", **fields) -> dict:
    answer = await client.post_json("/message/send", **text(dst, content, **fields))
    assert answer["code"] == 0, answer
    return answer["data"]


async def history(client, kind, dstid) -> list[dict]:
    return (await client.post("/message/history", kind=kind, dstid=dstid))["rows"]


def chat(client) -> dict:
    return {"kind": 10, "dstid": client.user_id}


async def forward(client, place, ids, *to, **fields) -> dict:
    return await client.post_json("/message/forward", **place, ids=ids, to=list(to), **fields)


@pytest.fixture
def three(app, io_loop):
    """Ann and Bob are friends, Bob and Cy are; Bob and Ann are in a group."""

    async def begin():
        ann, bob = await friends(app)
        cy = await app.client().register("Cy")
        assert (await bob.post("/contact/addfriend", dstid=cy.user_id))["code"] == 0
        return ann, bob, cy, await group(ann, bob)

    return io_loop.run_sync(begin)


async def test_one_by_one(three):
    """Copies come in the order of the originals and say whose they were first, to all devices, the sender's
    own among them; they carry neither names, answers nor reactions."""
    ann, bob, cy, room = three
    one = await say(ann, bob, "one", at=[bob.user_id])
    two = await say(bob, ann, "two", ref=one["id"])
    await bob.post_json("/message/change", **chat(ann), cmd=16, id=one["id"], content="👍", amount=1)
    async with AsyncExitStack() as stack:
        sockets = await open_all(stack, bob.socket(), cy.socket(), cy.socket(v=None))
        to = [chat(cy), {"kind": 11, "dstid": room}]
        answer = await forward(bob, chat(ann), [two["id"], one["id"]], *to, cid="f1")
        assert answer["code"] == 0 and answer["total"] == 4
        assert [(row["kind"], row["dstid"]) for row in answer["rows"]] == [
            (10, cy.user_id),
            (10, cy.user_id),
            (11, room),
            (11, room),
        ]
        for socket in sockets:
            got = [await socket.receive(10) for _ in range(2)]
            assert [(row["content"], row["fwd"], row["userid"]) for row in got] == [
                ("one", ann.user_id, bob.user_id),
                ("two", bob.user_id, bob.user_id),
            ]
    copies = await history(cy, **chat(bob))
    assert [row["id"] for row in answer["rows"][:2]] == [row["id"] for row in copies]
    assert [row["cid"] for row in answer["rows"][:2]] == [row["cid"] for row in copies]
    assert not any(row.keys() & {"at", "ref", "reactions"} for row in copies)
    # Passed on once more it is still Ann's.
    again = await forward(cy, chat(bob), [copies[0]["id"]], chat(cy))
    assert (await history(cy, **chat(cy)))[0]["fwd"] == ann.user_id and again["total"] == 1
    changed = await bob.post_json("/message/change", **chat(cy), cmd=15, id=copies[0]["id"], content="x")
    assert changed["code"] == -1  # nobody writes in another's name


async def test_as_one(three):
    """A record has its messages as they were, with their authors' names then, whatever becomes of them."""
    ann, bob, cy, room = three
    ids = [(await say(ann, bob, f"line {number}\nmore", cid=f"c{number}"))["id"] for number in range(5)]
    ids.append((await say(bob, ann, "a.pdf", media=10, url="/mnt/a.pdf", amount=7))["id"])
    answer = await forward(bob, chat(ann), ids[::-1], chat(cy), {"kind": 11, "dstid": room}, merge=1)
    assert answer["total"] == 2
    for reader, place in ((cy, chat(bob)), (ann, {"kind": 11, "dstid": room})):
        row = (await history(reader, **place))[-1]
        assert (row["media"], row["content"], row["amount"]) == (12, "Bob和Ann的聊天记录", 6)
        assert row["memo"].split("\n") == [f"Ann: line {number} more" for number in range(4)]
        assert not row.keys() & {"fwd", "record"}
        inside = await reader.post("/message/record", **place, id=row["id"])
        assert inside["data"] == {"more": 0} and inside["total"] == 6
        assert inside["rows"][0].items() >= {"userid": ann.user_id, "nickname": "Ann", "media": 1}.items()
        assert inside["rows"][0]["content"] == "line 0\nmore" and inside["rows"][0]["createat"] > 0
        assert inside["rows"][5].items() >= {"media": 10, "content": "a.pdf", "amount": 7}.items()
    await ann.post("/user/profile", nickname="Anna")
    await ann.post_json("/message/change", **chat(bob), cmd=14, id=ids[0])
    row = (await history(cy, **chat(bob)))[-1]
    rest = (await cy.post("/message/record", **chat(bob), id=row["id"], after=4))["rows"]
    assert len(rest) == 2
    first = (await cy.post("/message/record", **chat(bob), id=row["id"]))["rows"][0]
    assert (first["nickname"], first["content"]) == ("Ann", "line 0\nmore")
    for place, id_ in ((chat(bob), ids[1]), (chat(cy), row["id"]), (chat(bob), 7)):
        assert (await cy.post("/message/record", **place, id=id_))["code"] == -404
    bob.headers["Accept-Language"] = "en"
    english = await forward(bob, {"kind": 11, "dstid": room}, [answer["rows"][1]["id"]], chat(bob), merge=1)
    assert english["total"] == 1
    note = (await history(bob, **chat(bob)))[-1]
    assert note["content"] == "Group chat history"
    assert note["memo"] == "Bob: [Chat history] Bob和Ann的聊天记录"
    await bob.post_json("/message/change", **chat(cy), cmd=14, id=row["id"])
    assert (await cy.post("/message/record", **chat(bob), id=row["id"]))["code"] == -404


async def test_what_stays(three):
    """What was recalled, hidden or cleared, notices, red packets and what is of another conversation are left
    out; where nothing is left nothing is sent."""
    ann, bob, cy, room = three
    place = {"kind": 11, "dstid": room}
    notice = (await history(bob, **place))[0]["id"]
    ids = [(await say(ann, room, f"{number}", cmd=11))["id"] for number in range(5)]
    packet = (await say(ann, room, "", cmd=11, media=5, url="/packet", amount=1))["id"]
    other = (await say(ann, bob, "elsewhere"))["id"]
    await bob.post("/conversation/clear", **place, seq=(ids[0] & 0xFFFF))
    await bob.post_json("/message/hide", **place, ids=[ids[1]])
    await ann.post_json("/message/change", **place, cmd=14, id=ids[2])
    some = [notice, *ids, packet, other, 7]
    for merge in (0, 1):
        answer = await forward(bob, place, some, chat(cy), merge=merge)
        assert answer["code"] == 0 and answer["total"] == 2 - merge, answer
    rows = await history(cy, **chat(bob))
    assert [row["content"] for row in rows] == ["3", "4", "群聊的聊天记录"]
    inside = (await cy.post("/message/record", **chat(bob), id=rows[2]["id"]))["rows"]
    assert [row["content"] for row in inside] == ["3", "4"]
    for merge in (0, 1):
        answer = await forward(bob, place, [notice, ids[2], 7], chat(cy), merge=merge)
        assert (answer["code"], answer["rows"]) == (0, [])


async def test_refusals(app, three):
    """A conversation that takes nothing is a row with the reason, and the others get theirs; who is in
    neither is refused; a client can't make a record, nor say that something was forwarded."""
    ann, bob, cy, room = three
    one = await say(ann, bob, "one")
    to = [chat(cy), {"kind": 10, "dstid": 10**9}, {"kind": 11, "dstid": 10**9}, chat(bob)]
    answer = await forward(ann, chat(bob), [one["id"]], *to)
    assert [row.get("code") for row in answer["rows"]] == [-403, -404, -404, None]
    assert answer["rows"][0]["msg"] and answer["rows"][0].items() >= chat(cy).items()
    assert (await forward(cy, chat(ann), [one["id"]], chat(bob)))["code"] == -403
    assert [
        row["code"] for row in (await forward(ann, chat(bob), [one["id"]], chat(cy), merge=1))["rows"]
    ] == [-403]
    assert not await app.services.db.read(Record.select().count)
    record = text(bob, "a record", media=12, memo="x", amount=3)
    assert (await ann.post_json("/message/send", **record))["code"] == -403
    said = await say(ann, bob, "mine", fwd=bob.user_id)
    assert "fwd" not in (await history(bob, **chat(ann)))[said["seq"] - 1]
    for bad in (
        {"ids": []},
        {"to": []},
        {"ids": [one["id"]] * 101},
        {"to": [chat(bob)] * 11},
        {"to": [{"kind": 12, "dstid": 1}]},
        {"to": [{"kind": 10}]},
        {"to": [7]},
        {"to": chat(bob)},
        {"merge": 2},
    ):
        fields = {**chat(bob), "ids": [one["id"]], "to": [chat(bob)], **bad}
        assert (await ann.post_json("/message/forward", **fields))["code"] == -400, bad


async def test_once(three):
    """The same call answers the same and sends nothing twice, also when the originals are gone meanwhile or
    it comes twice at once; another one under its cid is refused, and so is a message."""
    ann, bob, cy, room = three
    ids = [(await say(ann, bob, f"{number}"))["id"] for number in range(3)]
    to = [chat(cy), {"kind": 10, "dstid": 10**9}, {"kind": 11, "dstid": room}]
    for merge in (0, 1):
        cid = f"cid {merge}"
        twice = await asyncio.gather(*(forward(bob, chat(ann), ids, *to, merge=merge, cid=cid) for _ in "12"))
        assert twice[0] == twice[1] and twice[0]["total"] == (3 if merge else 7)
        edited = await ann.post_json(
            "/message/change", **chat(bob), cmd=15, id=ids[1], content=f"new {merge}"
        )
        assert edited["code"] == 0
        assert await forward(bob, chat(ann), ids, *to, merge=merge, cid=cid) == twice[0]
        if merge:
            for id_ in ids[1:]:
                await ann.post_json("/message/change", **chat(bob), cmd=14, id=id_)
        assert await forward(bob, chat(ann), ids, *to, merge=merge, cid=cid) == twice[0]
        for other in (
            forward(bob, chat(ann), ids[:1], *to, merge=merge, cid=cid),
            forward(bob, chat(ann), ids, *to[:1], merge=merge, cid=cid),
            forward(bob, chat(ann), ids, *to, merge=1 - merge, cid=cid),
            bob.post_json("/message/send", **text(cy, "x", cid=cid)),
        ):
            assert (await other)["code"] == -409
    assert len(await history(cy, **chat(bob))) == 4
    await say(bob, cy, "x", cid="taken")
    assert (await forward(bob, chat(ann), ids, *to, cid="taken"))["code"] == -409


async def test_files_stay(app, three):
    """A copy, and what is in a record, keep their file when the original is recalled; with the last of them
    it is released."""
    ann, bob, cy, room = three
    url = (await ann.upload(samples.picture()))["data"]
    one = await say(ann, bob, "", media=4, url=url)
    copy = (await forward(bob, chat(ann), [one["id"]], chat(cy)))["rows"][0]
    record = (await forward(bob, chat(ann), [one["id"]], chat(cy), merge=1))["rows"][0]
    onward = (await forward(bob, chat(cy), [record["id"]], {"kind": 11, "dstid": room}))["rows"][0]
    within = (await forward(bob, chat(cy), [record["id"]], chat(bob), merge=1))["rows"][0]

    def uses():
        return Attachment.select(Attachment.uses, Attachment.state).tuples().get()

    assert await app.services.db.read(uses) == (3, 1)
    gone = [
        (ann, chat(bob), one, 2, 1),
        (bob, chat(cy), copy, 1, 1),
        (bob, chat(cy), record, 1, 1),
        (bob, {"kind": 11, "dstid": room}, onward, 1, 1),
    ]
    for author, place, message, count, state in gone:
        done = await author.post_json("/message/change", **place, cmd=14, id=message["id"])
        assert done["code"] == 0 and await app.services.db.read(uses) == (count, state)
    inside = await bob.post_json("/message/record", **chat(bob), id=within["id"], within=[0])
    assert inside["rows"][0]["url"] == url
    await bob.post_json("/message/change", **chat(bob), cmd=14, id=within["id"])
    # What stood in it alone waits for the next round of housekeeping.
    assert await app.services.db.read(uses) == (1, 1)
    assert await app.services.db.write(records.collect, 1 << 60, 10) == 1
    assert await app.services.db.read(uses) == (0, 0)
    for table in (Record, Recorded):
        assert not await app.services.db.read(table.select().count)


async def test_records_in_records(app, three):
    """A record in a record is looked into by its place, so deep and no deeper; each is stored once."""
    ann, bob, cy, room = three
    last = (await say(bob, bob, "the innermost"))["id"]
    for _ in range(MAX_RECORD_DEPTH + 1):
        last = (await forward(bob, chat(bob), [last], chat(bob), merge=1))["rows"][0]["id"]
    assert await app.services.db.read(Recorded.select().count) == MAX_RECORD_DEPTH + 1
    for depth in range(MAX_RECORD_DEPTH):
        answer = await bob.post_json("/message/record", **chat(bob), id=last, within=[0] * depth)
        if not depth:  # the whole chain would be one too deep: the outermost has a title only
            assert answer["rows"][0]["content"] == "Bob的聊天记录"
            continue
        assert answer["code"] == -404, depth
    row = (await history(bob, **chat(bob)))[-2]
    for depth in range(MAX_RECORD_DEPTH):
        answer = await bob.post_json("/message/record", **chat(bob), id=row["id"], within=[0] * depth)
        assert answer["total"] == 1, depth
    assert answer["rows"][0]["content"] == "the innermost"
    bad = [[1], [0] * MAX_RECORD_DEPTH, [-1], "x"]
    which = {**chat(bob), "id": row["id"]}
    codes = [(await bob.post_json("/message/record", **which, within=one))["code"] for one in bad]
    assert codes == [-404, -404, -400, -400]


async def test_the_greatest(three):
    """A hundred messages as great as they can be go on, one by one and as one, and come back whole."""
    ann, bob, cy, room = three
    texts = [chr(97 + number % 26) * 60_000 for number in range(100)]
    ids = [(await say(ann, bob, content))["id"] for content in texts]
    answer = await forward(bob, chat(ann), ids, chat(cy), cid="great")
    assert answer["total"] == 100
    assert await forward(bob, chat(ann), ids, chat(cy), cid="great") == answer
    got = []
    while len(got) < 100:
        page = await cy.post("/message/history", **chat(bob), after=len(got), limit=200)
        got += [row["content"] for row in page["rows"]]
    assert got == texts
    record = (await forward(bob, chat(ann), ids, chat(cy), merge=1))["rows"][0]
    rows, more = [], 1
    while more:
        page = await cy.post("/message/record", **chat(bob), id=record["id"], after=len(rows))
        rows, more = rows + page["rows"], page["data"]["more"]
    assert [row["content"] for row in rows] == texts


async def test_it_counts(app, three, monkeypatch):
    """Each copy counts as a message: who passes on much waits until they may say more."""
    ann, bob, cy, room = three
    ids = [(await say(ann, bob, f"{number}"))["id"] for number in range(30)]
    monkeypatch.setattr(app.services.budget, "enabled", True)
    to = [chat(cy), chat(bob), {"kind": 11, "dstid": room}]
    assert (await forward(bob, chat(ann), ids, *to))["total"] == 90
    refused = await bob.post_json("/message/send", **text(cy, "x"))
    assert refused["code"] == -429 and refused["data"]["retry_after"] > 0
    stored = await app.services.db.read(
        StoredMessage.select().where(StoredMessage.userid == bob.user_id, StoredMessage.media == 1).count
    )
    assert stored == 90
