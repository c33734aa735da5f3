"""What a member does with a conversation for themselves: pinned, archived, marked, cleared, hidden."""

from contextlib import AsyncExitStack

import pytest

from tests.app import running
from tests.handlers.people import friends, group, open_all, text, waiting


async def said(client, dst, *contents, cmd=10) -> list[dict]:
    """What the log gave each of these messages."""
    return [
        (await client.post_json("/message/send", **text(dst, content, cmd=cmd)))["data"]
        for content in contents
    ]


async def chats(client, **fields) -> list[dict]:
    answer = await client.post("/message/conversations", **fields)
    assert answer["code"] == 0, answer
    return answer["rows"]


async def told(client, path, kind, dstid, **fields) -> list:
    """The contents of the rows of a call."""
    answer = await client.post(path, kind=kind, dstid=dstid, **fields)
    assert answer["code"] == 0, answer
    return [row["content"] for row in answer["rows"]]


@pytest.mark.parametrize("as_json", [False, True])
async def test_arranged(app, as_json):
    """What one sets of a conversation is in its row at once, for oneself alone; one's other devices hear what
    has changed, the other person and classic pages nothing; what is so already changes nothing."""
    ann, bob = await friends(app)
    await said(bob, ann, "hi")
    post = ann.post_json if as_json else ann.post
    async with AsyncExitStack() as stack:
        phone, his, page = await open_all(stack, ann.socket(), bob.socket(), ann.socket(v=None))
        for fields in ({"pinned": 1, "muted": 1}, {"archived": 1}, {"muted": 0, "marked": 1}):
            answer = await post("/conversation/set", kind=10, dstid=bob.user_id, **fields)
            [row] = await chats(ann)
            assert answer["data"] == row and row.items() >= fields.items()
            place = {"cmd": 22, "userid": ann.user_id, "kind": 10, "dstid": bob.user_id}
            assert await phone.receive() == {**place, **fields}
        again = {"pinned": 1, "muted": 0, "archived": 1}
        answer = await post("/conversation/set", kind=10, dstid=bob.user_id, **again)
        assert answer["data"] == row and await waiting(phone) == []
        assert (await post("/conversation/set", kind=10, dstid=bob.user_id))["data"] == row
        assert await waiting(his) == []
        await said(bob, ann, "still there?")
        assert (await page.receive())["content"] == "still there?"
    [row] = await chats(ann)
    assert (row["archived"], row["pinned"], row["muted"]) == (1, 1, 0), "a message changes none of it"
    [row] = await chats(bob)
    assert (row["archived"], row["marked"], row["pinned"], row["muted"]) == (0, 0, 0, 0)


async def test_before_the_first_message(app):
    """What nobody has written in yet can be arranged; it comes into the list with its first message."""
    ann, bob = await friends(app)
    for dstid in (ann.user_id, bob.user_id):
        row = (await ann.post("/conversation/set", kind=10, dstid=dstid, pinned=1))["data"]
        assert (row["dstid"], row["seq"], row["pinned"], "last" in row) == (dstid, 0, 1, False)
        for path, fields in (("/conversation/clear", {"seq": 5}), ("/message/hide", {"ids": "[5]"})):
            assert (await ann.post(path, kind=10, dstid=dstid, **fields))["code"] == 0
        assert (await ann.post("/message/hidden", kind=10, dstid=dstid))["rows"] == []
    assert await chats(ann) == []
    await said(bob, ann, "hi")
    assert [(row["pinned"], row["cleared"]) for row in await chats(ann)] == [(1, 0)]


async def test_marked_until_read(app):
    """What is marked as unread stays so until it is read, and all devices hear of both; a mark below what is
    read ends it not."""
    ann, bob = await friends(app)
    await said(bob, ann, "one", "two")
    place = {"kind": 10, "dstid": bob.user_id}
    await ann.post("/message/read", **place, seq=2)
    async with AsyncExitStack() as stack:
        phone, laptop, his = await open_all(stack, ann.socket(), ann.socket(), bob.socket())
        await ann.post("/conversation/set", **place, marked=1)
        event = {"cmd": 22, "userid": ann.user_id, **place}
        assert await phone.receive() == await laptop.receive() == {**event, "marked": 1}
        since = (await chats(ann))[0]["change"]
        await ann.post("/message/read", **place, seq=1)
        assert [(row["marked"], row["unread"]) for row in await chats(ann)] == [(1, 0)]
        await phone.send({"cmd": 13, **place, "seq": 2})
        assert await laptop.receive() == {**event, "marked": 0}
        assert [row["marked"] for row in await chats(ann, after=since)] == [0]
        await phone.send({"cmd": 13, **place, "seq": 2})
        assert await waiting(phone) == await waiting(laptop) == await waiting(his) == []
        await ann.post("/conversation/set", **place, marked=1)
        await said(bob, ann, "three")
        await ann.post("/message/read", **place, seq=3)
        assert [frame["cmd"] for frame in await waiting(laptop)] == [22, 10, 13, 22]


async def test_hidden(app):
    """Hidden messages are in nothing that one is told, on all devices; for the other person they stay.
    What is not of the conversation, and what is hidden already, is passed over."""
    ann, bob = await friends(app)
    acks = await said(bob, ann, *"12345")
    [note] = await said(ann, ann, "note")
    place = {"kind": 10, "dstid": bob.user_id}
    async with AsyncExitStack() as stack:
        phone, his, page = await open_all(stack, ann.socket(), bob.socket(), ann.socket(v=None))
        ids = [acks[4]["id"], acks[3]["id"], acks[1]["id"], acks[1]["id"], note["id"], acks[4]["id"] + 1, 1]
        assert (await ann.post_json("/message/hide", **place, ids=ids))["code"] == 0
        event = {"cmd": 22, "userid": ann.user_id, **place}
        gone = [acks[1]["id"], acks[3]["id"], acks[4]["id"]]
        assert await phone.receive() == {**event, "hidden": gone}
        since = (await ann.post("/message/conversations"))["data"]["change"]
        assert (await ann.post("/message/hide", **place, ids=str(ids)))["code"] == 0
        assert await waiting(phone) == await waiting(his) == [] == await chats(ann, after=since)
        await said(ann, ann, "for all")
        assert (await page.receive())["content"] == "for all"
    row = next(row for row in await chats(ann) if row["dstid"] == bob.user_id)
    assert (row["last"]["content"], row["unread"], row["seq"]) == ("3", 2, 5)
    assert row["updateat"] == acks[2]["createat"] and row["hidden"] > 0
    assert await told(ann, "/message/history", 10, bob.user_id) == ["1", "3"]
    assert await told(ann, "/message/changes", 10, bob.user_id, ver=0) == ["1", "3"]
    assert await told(ann, "/message/get", 10, bob.user_id, ids=str(gone)) == []
    assert await told(ann, "/message/around", 10, bob.user_id, seq=2) == ["1", "3"]
    assert (await ann.post("/message/edits", **place, id=gone[0]))["code"] == -404
    rows = (await ann.post("/message/hidden", **place))["rows"]
    assert rows == [{"low": 2, "high": 2}, {"low": 4, "high": 5}]
    assert (await ann.post("/message/hidden", **place, after=2))["rows"] == rows[1:]
    await ann.post("/message/hide", **place, ids=f"[{acks[2]['id']}]")
    assert (await ann.post("/message/hidden", **place))["rows"] == [{"low": 2, "high": 5}]
    assert [row["hidden"] > 1 for row in await chats(ann) if row["dstid"] == bob.user_id] == [True]
    assert await told(bob, "/message/history", 10, ann.user_id) == [*"12345"]
    assert [row["hidden"] for row in await chats(bob)] == [0]


async def test_cleared(app):
    """A cleared conversation leaves the list, and its row comes to who was away; the next message brings it
    back. What is cleared stays so, for oneself alone."""
    ann, bob = await friends(app)
    room = await group(ann, bob)  # with a notice for each
    await said(ann, room, "one", "two", cmd=11)
    place = {"kind": 11, "dstid": room}
    since = (await bob.post("/message/conversations"))["data"]["change"]
    async with AsyncExitStack() as stack:
        phone, hers, page = await open_all(stack, bob.socket(), ann.socket(), bob.socket(v=None))
        assert (await bob.post("/conversation/clear", **place, seq=10**6))["code"] == 0
        event = {"cmd": 22, "userid": bob.user_id, **place}
        assert await phone.receive() == {**event, "cleared": 4}
        assert await chats(bob) == []
        [row] = await chats(bob, after=since)
        assert (row["cleared"], row["unread"], row["seq"], "last" in row) == (4, 0, 4, False)
        for seq in (4, 3, 0, 99):
            assert (await bob.post_json("/conversation/clear", **place, seq=seq))["code"] == 0
        assert await waiting(phone) == await waiting(hers) == [] == await chats(bob, after=row["change"])
        assert await told(bob, "/message/history", 11, room) == []
        await said(ann, room, "three", cmd=11)
        assert (await page.receive())["content"] == "three"
    [row] = await chats(bob)
    assert (row["last"]["content"], row["unread"], row["cleared"]) == ("three", 1, 4)
    assert await told(bob, "/message/history", 11, room) == ["three"]
    assert len(await told(ann, "/message/history", 11, room)) == 5
    [row] = await chats(ann)
    assert row["cleared"] == 0


async def test_what_is_cleared_was_hidden(app):
    """Ranges below what is cleared are gone, and one is cut where it is cleared in its middle."""
    ann, bob = await friends(app)
    acks = await said(bob, ann, *"123456")
    place = {"kind": 10, "dstid": bob.user_id}
    ids = [acks[i]["id"] for i in (0, 2, 3, 4)]
    await ann.post_json("/message/hide", **place, ids=ids)
    [row] = await chats(ann)
    assert row["unread"] == 2
    await ann.post("/conversation/clear", **place, seq=4)
    assert (await ann.post("/message/hidden", **place))["rows"] == [{"low": 5, "high": 5}]
    [then] = await chats(ann)
    assert (then["unread"], then["last"]["content"]) == (1, "6") and then["hidden"] > row["hidden"]


async def test_refused(app):
    """What is no list of ids, no seq, and neither 0 nor 1 is refused; so are people and groups that there are
    none."""
    ann, bob = await friends(app)
    place = {"kind": 10, "dstid": bob.user_id}
    for path, fields in (
        ("/message/hide", {}),
        ("/message/hide", {"ids": "1"}),
        ("/message/hide", {"ids": "[-1]"}),
        ("/message/hide", {"ids": str([1] * 101)}),
        ("/conversation/set", {"pinned": 2}),
        ("/conversation/set", {"marked": "x"}),
        ("/conversation/clear", {}),
        ("/conversation/clear", {"seq": -1}),
        ("/message/hidden", {"after": -1}),
    ):
        assert (await ann.post(path, **place, **fields))["code"] == -400, (path, fields)
    for kind in (10, 11):
        for path, fields in (
            ("/message/hide", {"ids": "[1]"}),
            ("/message/hidden", {}),
            ("/conversation/set", {"pinned": 1}),
            ("/conversation/clear", {"seq": 1}),
        ):
            assert (await ann.post(path, kind=kind, dstid=999999, **fields))["code"] == -404, (kind, path)


async def test_very_many_at_once(tmp_path):
    """Who hides very many at once again and again is told to slow down; one after the other is a call like
    any other."""
    limits = {"limits.enabled": True, "limits.message_rate": 0.001, "limits.message_burst": 6}
    async with running(tmp_path, limits) as app:
        ann, bob = await friends(app)
        acks = await said(ann, bob, "hi")
        place = {"kind": 10, "dstid": bob.user_id}
        many = [acks[0]["id"] + i for i in range(100)]
        codes = [(await ann.post_json("/message/hide", **place, ids=many))["code"] for _ in range(2)]
        assert codes == [0, -429]
        for message_id in many[:9]:
            assert (await ann.post_json("/message/hide", **place, ids=[message_id]))["code"] == 0
