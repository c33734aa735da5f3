"""Taking back, editing, reacting and pinning over real sockets: two people, all their devices."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.app import running
from tests.handlers.people import friends, group, open_all, text, waiting


async def said(client, dst, content="hi", **fields) -> dict:
    """What the log gave a message."""
    answer = await client.post_json("/message/send", **text(dst, content, **fields))
    assert answer["code"] == 0, answer
    return answer["data"]


def change(cmd, message, dstid, **fields) -> dict:
    return {
        "cmd": cmd,
        "id": message["id"],
        "kind": message["kind"],
        "dstid": getattr(dstid, "user_id", dstid),
        **fields,
    }


CHANGES = [
    (14, {}, {}),
    (15, {"content": "better"}, {"content": "better"}),
    (16, {"content": "👍", "amount": 1}, {"content": "👍", "amount": 1}),
    (19, {"amount": 1}, {"amount": 1}),
]


@pytest.mark.parametrize(("cmd", "fields", "told"), CHANGES)
async def test_all_devices_hear_of_it(app, cmd, fields, told):
    """Whoever changes a message gets an ack, every other device the event, a classic page nothing; the row
    says the same to who was away."""
    ann, bob = await friends(app)
    message = await said(ann, bob, "good")
    async with AsyncExitStack() as stack:
        phone, laptop, his, page = await open_all(
            stack, ann.socket(), ann.socket(), bob.socket(), bob.socket(v=None)
        )
        await phone.send(change(cmd, message, bob, cid="c1", **fields))
        place = {"id": message["id"], "seq": 1, "kind": 10, "dstid": bob.user_id}
        assert await phone.receive() == {"cmd": 1, "cid": "c1", "ver": 2, **place}
        event, same = await laptop.receive(), await his.receive()
        assert event == same
        assert event.items() >= {"cmd": cmd, "userid": ann.user_id, "ver": 2, **place, **told}.items()
        for socket in (phone, laptop, his):
            assert await waiting(socket) == []
        await phone.send(change(cmd, message, bob, cid="c1", **fields))
        assert (await phone.receive())["ver"] == 2
        await phone.send(change(cmd, message, bob, cid="c2", **fields))
        assert (await phone.receive())["ver"] == 2
        assert await waiting(laptop) == await waiting(his) == []
        await phone.send(text(bob, "for all"))
        assert (await page.receive())["content"] == "for all"
    changed = await bob.post("/message/changes", kind=10, dstid=ann.user_id, ver=1)
    assert next((row["id"], row["ver"]) for row in changed["rows"]) == (message["id"], 2)


async def test_what_rows_say(app):
    """Of a message that was edited, reacted to and pinned, and of one that was recalled."""
    ann, bob = await friends(app)
    one, two = await said(ann, bob, "one"), await said(ann, bob, "two", cid="c")
    async with ann.socket() as mine, bob.socket() as his:
        await mine.send(change(15, one, bob, content="uno"))
        edited = (await his.receive())["edited"]
        await his.send(change(16, one, ann, content="👍", amount=1))
        await his.receive()
        await his.send(change(19, one, ann, amount=1))
        await his.receive()
        await mine.send(change(14, two, bob, cid="last"))
        while (await mine.receive()).get("cid") != "last":
            pass
    rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    assert (
        rows[0].items()
        >= {
            "content": "uno",
            "edited": edited,
            "reactions": {"👍": {"n": 1, "who": [bob.user_id]}},
            "mine": ["👍"],
            "pinned": bob.user_id,
            "ver": 5,
        }.items()
    )
    assert rows[1] == {
        "id": two["id"],
        "userid": ann.user_id,
        "dstid": bob.user_id,
        "cmd": 10,
        "media": 1,
        "cid": "c",
        "seq": 2,
        "ver": 6,
        "createat": two["createat"],
        "recalled": 1,
    }
    hers = (await ann.post("/message/history", kind=10, dstid=bob.user_id))["rows"]
    assert "mine" not in hers[0] and hers[0]["reactions"] == rows[0]["reactions"]


async def test_what_one_has_reacted_with(app):
    """The list, history and a single row say it to whoever did, in the order of time."""
    ann, bob = await friends(app)
    message = await said(ann, bob)
    for content in ("👍", "🎉"):
        await bob.post_json("/message/change", **change(16, message, ann, content=content, amount=1))
    rows = [
        (await bob.post("/message/conversations"))["rows"][0]["last"],
        *(await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"],
        *(await bob.post("/message/get", kind=10, dstid=ann.user_id, ids=f"[{message['id']}]"))["rows"],
    ]
    assert [row["mine"] for row in rows] == [["👍", "🎉"]] * 3
    assert "mine" not in (await ann.post("/message/conversations"))["rows"][0]["last"]


async def test_the_list_follows(app):
    """A recalled message is not unread, and the list stands at a new change for both."""
    ann, bob = await friends(app)
    message = await said(ann, bob)

    async def listed(client, **fields):
        answer = await client.post("/message/conversations", **fields)
        return answer["data"]["change"], [
            (row["unread"], row["mentions"], row["last"].get("recalled")) for row in answer["rows"]
        ]

    stands, rows = await listed(bob)
    assert rows == [(1, 0, None)]
    before = (await bob.post("/message/conversations"))["rows"][0]["updateat"]
    assert (await ann.post_json("/message/change", **change(14, message, bob)))["code"] == 0
    now, rows = await listed(bob, after=stands)
    assert now > stands and rows == [(0, 0, 1)]
    assert (await listed(ann, after=stands))[1] == [(0, 0, 1)]
    assert (await bob.post("/message/conversations"))["rows"][0]["updateat"] == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cmd": 15}, -400),
        ({"cmd": 15, "content": ""}, -400),
        ({"cmd": 15, "content": "x", "at": ["a"]}, -400),
        ({"cmd": 16, "content": "👍"}, -400),
        ({"cmd": 16, "content": "👍", "amount": 2}, -400),
        ({"cmd": 16, "content": "👍", "amount": 0}, -400),
        ({"cmd": 16, "content": "a b", "amount": 1}, -400),
        ({"cmd": 16, "content": "x" * 33, "amount": 1}, -400),
        ({"cmd": 16, "amount": 1}, -400),
        ({"cmd": 19}, -400),
        ({"cmd": 17, "amount": 1}, -400),
        ({"cmd": 14, "kind": 12}, -400),
        ({"cmd": 14, "id": "x"}, -400),
        ({"cmd": 14, "id": 2**53}, -400),
        ({"cmd": 14, "cid": "x" * 65}, -400),
        ({"cmd": 14, "id": 5}, -404),
        ({"cmd": 14, "dstid": 99999}, -404),
    ],
)
async def test_refusals(app, fields, code):
    """What is wrong is refused alike by both doors, and changes nothing."""
    ann, bob = await friends(app)
    message = await said(ann, bob, "good")
    frame = {**change(14, message, bob), **fields}
    async with ann.socket() as socket:
        await socket.send(frame)
        assert (await socket.receive())["code"] == code
    assert (await ann.post_json("/message/change", **frame))["code"] == code
    row = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"][0]
    assert (row["content"], row["ver"]) == ("good", 1)


async def test_classic_pages_change_nothing(app):
    """A classic page that sends such a frame is ignored."""
    ann, bob = await friends(app)
    message = await said(ann, bob, "good")
    async with ann.socket(v=None) as page, bob.socket() as his:
        for cmd, fields, _ in CHANGES:
            await page.send(change(cmd, message, bob, **fields))
        await page.send(text(bob, "next"))
        assert (await his.receive())["content"] == "next"


async def test_a_group(app):
    """In a group its owner recalls what others said and pins; members may not."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob, eve)
    message = await said(bob, room, "oh", cmd=11)
    assert (await eve.post_json("/message/change", **change(14, message, room)))["code"] == -403
    assert (await bob.post_json("/message/change", **change(19, message, room, amount=1)))["code"] == -403
    async with eve.socket() as hers:
        assert (await ann.post_json("/message/change", **change(19, message, room, amount=1)))["code"] == 0
        assert (await hers.receive())["cmd"] == 19
        assert (await ann.post_json("/message/change", **change(14, message, room)))["code"] == 0
        event = await hers.receive()
        assert (event["cmd"], event["by"], event["dstid"], event["kind"]) == (14, ann.user_id, room, 11)
    row = (await eve.post("/message/history", kind=11, dstid=room))["rows"][-1]
    assert (row["recalled"], row["by"], "content" in row, "pinned" in row) == (1, ann.user_id, False, False)


async def test_too_late(tmp_path):
    """How long one may recall and edit is set."""
    settings = {"messages.recall_window": 0, "messages.edit_window": 0}
    async with running(tmp_path, settings) as app:
        ann, bob = await friends(app)
        message = await said(ann, bob)
        await asyncio.sleep(0.005)
        for frame in (change(14, message, bob), change(15, message, bob, content="x")):
            assert (await ann.post_json("/message/change", **frame))["code"] == -1


async def test_who_recalls_late(tmp_path):
    """A group's owner anything, an admin what ordinary members said, but not their own."""
    async with running(tmp_path, {"messages.recall_window": 0}) as app:
        ann, bob = await friends(app)
        eve = await app.client().register("Eve")
        room = await group(ann, bob, eve)
        role = {"dstid": room, "id": bob.user_id, "role": 2}
        assert (await ann.post_json("/community/role", **role))["code"] == 0
        messages = {who: await said(who, room, cmd=11) for who in (ann, bob, eve)}
        await asyncio.sleep(0.005)
        for who, author, code in ((bob, bob, -1), (bob, eve, 0), (eve, eve, 0), (ann, bob, 0), (ann, ann, 0)):
            answer = await who.post_json("/message/change", **change(14, messages[author], room))
            assert answer["code"] == code, (who.user_id, author.user_id)


async def test_what_is_told_of_changes(app):
    """The texts that a message had, who reacted how, and what is pinned."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob, eve)
    messages = [await said(ann, room, content, cmd=11) for content in ("one", "two", "three")]
    where = {"kind": 11, "dstid": room}

    async def do(client, *frame, **fields):
        answer = await client.post_json("/message/change", **change(*frame, room, **fields))
        assert answer["code"] == 0, answer

    await do(ann, 15, messages[0], content="uno")
    await do(ann, 15, messages[0], content="ein")
    texts = (await eve.post("/message/edits", **where, id=messages[0]["id"]))["rows"]
    assert [row["content"] for row in texts] == ["one", "uno", "ein"]
    assert texts[0]["createat"] == messages[0]["createat"] < texts[1]["createat"] < texts[2]["createat"]

    for client in (eve, ann, bob):
        await do(client, 16, messages[1], content="👍", amount=1)
    like = {**where, "id": messages[1]["id"], "content": "👍"}
    people = await bob.post("/message/reactions", **like, limit=2)
    assert [row["id"] for row in people["rows"]] == [eve.user_id, ann.user_id]
    assert people["data"]["more"] == 1 and people["rows"][0]["mobile"] == ""
    rest = await bob.post("/message/reactions", **like, after=ann.user_id)
    assert [row["nickname"] for row in rest["rows"]] == ["Bob"] and rest["data"]["more"] == 0

    for message in (messages[2], messages[0]):
        await do(ann, 19, message, amount=1)
    pinned = (await eve.post("/message/pins", **where))["rows"]
    assert [row["content"] for row in pinned] == ["ein", "three"]

    stranger = await app.client().register("Zoe")
    for route, more in (("edits", {"id": 1}), ("reactions", {"id": 1, "content": "x"}), ("pins", {})):
        assert (await stranger.post(f"/message/{route}", **where, **more))["code"] == -403
    await do(ann, 14, messages[0])
    assert (await eve.post("/message/edits", **where, id=messages[0]["id"]))["code"] == -1
    assert [row["content"] for row in (await eve.post("/message/pins", **where))["rows"]] == ["three"]
    assert (await eve.post("/message/edits", **where, id=7))["code"] == -404


async def test_changing_without_end(tmp_path):
    """Each change is remembered, so who reacts to and fro for ever fills the disk no more than who writes."""
    limits = {"limits.enabled": True, "limits.message_rate": 1000, "limits.message_burst": 1000}
    limits |= {"limits.frame_rate": 1000, "limits.request_burst": 1000}
    limits |= {"limits.stored_kib_burst": 64, "limits.stored_kib_rate": 0.001}
    async with running(tmp_path, limits) as app:
        ann, bob = await friends(app)
        message = await said(ann, bob)
        codes = []
        for number in range(260):
            frame = change(16, message, ann, content="👍", amount=-1 if number % 2 else 1)
            codes.append((await bob.post_json("/message/change", **frame))["code"])
        assert set(codes) == {0, -429} and codes.count(0) < 230
