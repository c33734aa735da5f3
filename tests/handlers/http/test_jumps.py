"""Reading in the middle of what was said: by id, around a place, and where one is named."""

import pytest

from tests.handlers.people import friends, group, text


@pytest.fixture
def talk(app, io_loop):
    """Two friends, and the acks of ten messages from the first to the second."""

    async def begin():
        ann, bob = await friends(app)
        acks = [
            (await ann.post_json("/message/send", **text(bob, str(number))))["data"]
            for number in range(1, 11)
        ]
        return ann, bob, acks

    return io_loop.run_sync(begin)


async def test_by_id(app, talk):
    """Messages are found by their ids, in order; those of other conversations, and none, are absent."""
    ann, bob, acks = talk
    note = (await ann.post_json("/message/send", **text(ann, "note")))["data"]
    ids = [acks[6]["id"], note["id"], 3, acks[1]["id"], acks[1]["id"], 2**53 - 1]
    answer = await bob.post_json("/message/get", kind=10, dstid=ann.user_id, ids=ids)
    assert [row["content"] for row in answer["rows"]] == ["2", "7"]
    assert (await bob.post_json("/message/get", kind=10, dstid=ann.user_id, ids=[]))["rows"] == []
    assert (await bob.post_json("/message/get", kind=10, dstid=ann.user_id, ids=[1] * 101))["code"] == -400
    assert (await bob.post("/message/get", kind=10, dstid=ann.user_id, ids=str(ids)))["total"] == 2


@pytest.mark.parametrize(
    ("seq", "limit", "found", "before", "after"),
    [
        (5, 3, "4 5 6", 1, 1),
        (5, 4, "3 4 5 6", 1, 1),
        (1, 3, "1 2 3", 0, 1),
        (10, 3, "8 9 10", 1, 0),
        (0, 2, "1 2", 0, 1),
        (99, 2, "9 10", 1, 0),
        (5, 200, "1 2 3 4 5 6 7 8 9 10", 0, 0),
        (5, 1, "5", 1, 1),
    ],
)
async def test_around(app, talk, seq, limit, found, before, after):
    """A page of messages around one, full whenever there are enough, says whether there is more on each
    side."""
    ann, bob, _ = talk
    answer = await bob.post("/message/around", kind=10, dstid=ann.user_id, seq=seq, limit=limit)
    assert " ".join(row["content"] for row in answer["rows"]) == found
    assert answer["data"] == {"before": before, "after": after}


async def test_where_one_is_named(app):
    """The unread messages that name the caller or everybody, in order; one's own and recalled ones not."""
    ann, bob = await friends(app)
    room = await group(ann, bob)

    async def say(client, content, at):
        return (await client.post_json("/message/send", **text(room, content, cmd=11, at=at)))["data"]

    await say(ann, "read already", [bob.user_id])
    read = await say(ann, "nobody", [])
    await bob.post("/message/read", kind=11, dstid=room, seq=read["seq"])
    await say(ann, "all", [0])
    await say(ann, "both", [0, bob.user_id])
    await say(bob, "myself", [bob.user_id])
    gone = await say(ann, "gone", [bob.user_id])
    await ann.post_json("/message/change", cmd=14, id=gone["id"], kind=11, dstid=room)
    await say(ann, "by name", [bob.user_id])
    answer = await bob.post("/message/mentions", kind=11, dstid=room)
    assert [row["content"] for row in answer["rows"]] == ["all", "both", "by name"]
    assert (await bob.post("/message/conversations"))["rows"][0]["mentions"] == 3


async def test_outsiders(app, talk):
    """Who is not in a conversation finds nothing of it."""
    ann, bob, acks = talk
    eve = await app.client().register("Eve")
    for route, fields in (("get", {"ids": [acks[0]["id"]]}), ("around", {"seq": 1}), ("mentions", {})):
        answer = await eve.post_json(f"/message/{route}", kind=10, dstid=ann.user_id, **fields)
        assert answer["code"] == -403
    assert (await eve.post("/message/get", kind=10, dstid=eve.user_id, ids=f"[{acks[0]['id']}]"))[
        "rows"
    ] == []
