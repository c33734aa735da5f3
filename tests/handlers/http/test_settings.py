"""What users decide about being seen, asked and found, and what others are told then."""

from contextlib import AsyncExitStack

import pytest

from tests.handlers.people import friends, group, open_all, text, waiting

ALL = {
    "online": 1,
    "read": 1,
    "approval": "auto",
    "find": ["id", "mobile", "group"],
    "push": "content",
    "quiet": "",
    "previews": 1,
}


async def decide(client, **wanted) -> dict:
    answer = await client.post_json("/user/settings", **wanted)
    assert answer["code"] == 0, answer
    return answer["data"]


async def test_all_of_them_are_told(app):
    """First as installed; then what was set stays, whatever else is."""
    ann = await app.client().register("Ann")
    assert await decide(ann) == ALL
    assert await decide(ann, read=0) == {**ALL, "read": 0}
    assert await decide(ann, find=["mobile", "id", "id"]) == {**ALL, "read": 0, "find": ["id", "mobile"]}
    assert await decide(ann, online=0, read=1, find=[]) == {**ALL, "online": 0, "find": []}
    assert await decide(ann, approval="request") == await decide(ann)
    assert (await ann.post("/user/settings", find='["group"]', online="1"))["data"]["find"] == ["group"]
    other = await app.client().login(ann.mobile)
    assert await decide(other) == {**ALL, "approval": "request", "find": ["group"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"online": 2}, {"read": "yes"}, {"approval": "ask"}, {"find": "id"},
        {"find": ["name"]}, {"find": ["id"] * 4}, {"find": [1]}, {"online": [1]},
    ],
)  # fmt: skip
async def test_nonsense_changes_nothing(app, wrong):
    """One field that is wrong, and none is set."""
    ann = await app.client().register("Ann")
    assert (await ann.post_json("/user/settings", **{"read": 0, **wrong}))["code"] == -400
    assert await decide(ann) == ALL


# --- read receipts ----------------------------------------------------------------------------------------


async def peer_read(client, dstid) -> int:
    rows = (await client.post("/message/conversations"))["rows"]
    return next(row["peer_read"] for row in rows if (row["kind"], row["dstid"]) == (10, dstid))


async def test_receipts_off(app):
    """Neither side learns how far the other has read, by events or rows; one's own devices do."""
    ann, bob = await friends(app)
    for who, other in ((ann, bob), (bob, ann)):
        for _ in range(2):
            await who.post_json("/message/send", **text(other))
    for who, other, seq in ((ann, bob, 3), (bob, ann, 2)):
        await who.post("/message/read", kind=10, dstid=other.user_id, seq=seq)
    assert (await peer_read(ann, bob.user_id), await peer_read(bob, ann.user_id)) == (2, 3)
    await decide(ann, read=0)
    async with ann.socket() as hers, bob.socket() as his:
        assert (await peer_read(ann, bob.user_id), await peer_read(bob, ann.user_id)) == (0, 0)
        before = (await bob.post("/message/conversations"))["data"]["change"]
        await ann.post("/message/read", kind=10, dstid=bob.user_id, seq=4)
        assert (await bob.post("/message/conversations", after=before))["rows"] == []  # nor that she has
        await bob.post("/message/read", kind=10, dstid=ann.user_id, seq=4)
        assert [frame["userid"] for frame in await waiting(hers)] == [ann.user_id]
        assert [frame["userid"] for frame in await waiting(his)] == [bob.user_id]
        await decide(ann, read=1)
        assert (await peer_read(ann, bob.user_id), await peer_read(bob, ann.user_id)) == (4, 4)


async def test_notes_to_oneself_are_no_secret(app):
    """There is nobody to hide from."""
    ann = await app.client().register("Ann")
    await ann.post_json("/message/send", **text(ann))
    await ann.post("/message/read", kind=10, dstid=ann.user_id, seq=1)
    await decide(ann, read=0)
    assert await peer_read(ann, ann.user_id) == 1


async def test_both_learn_that_rows_have_changed(app):
    """Devices of both, there or away, find the rows by their change number; groups are left alone."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    await bob.post_json("/message/send", **text(ann))
    await bob.post_json("/message/send", **text(room, cmd=11))
    await ann.post("/message/read", kind=10, dstid=bob.user_id, seq=1)
    before = (await bob.post("/message/conversations"))["data"]["change"]
    async with bob.socket() as his:
        await decide(ann, read=0)
        updated = {"what": "updated", "userid": ann.user_id, "dstid": ann.user_id, "kind": 10}
        assert await his.receive(20) == {"cmd": 20, **updated}
        for client, other in ((ann, bob), (bob, ann)):
            answer = await client.post("/message/conversations", after=before)
            assert [(row["kind"], row["dstid"]) for row in answer["rows"]] == [(10, other.user_id)]
            assert answer["rows"][0]["change"] == answer["data"]["change"] == before + 1
        await decide(ann, read=0)  # as it was
        assert await waiting(his) == []
        assert (await bob.post("/message/conversations"))["data"]["change"] == before + 1


async def test_readers_of_a_group(app):
    """Who has receipts off is in neither number, and as an author sees none."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob, eve)
    seq = (await ann.post_json("/message/send", **text(room, cmd=11)))["data"]["seq"]
    for client in (bob, eve):
        await client.post("/message/read", kind=11, dstid=room, seq=seq)
    await decide(eve, read=0)
    asked = {"kind": 11, "dstid": room, "seq": seq}
    answer = await ann.post("/message/readers", **asked)
    assert [row["nickname"] for row in answer["rows"]] == ["Bob"]
    assert answer["data"] == {"read": 1, "total": 1}
    await decide(ann, read=0)
    answer = await ann.post("/message/readers", **asked)
    assert (answer["rows"], answer["data"]) == ([], {"read": 0, "total": 0})


# --- being found and asked --------------------------------------------------------------------------------


async def found(client, **by) -> int:
    answer = await client.post("/user/find", **by)
    assert answer["code"] != 0 or (answer["data"]["mobile"], answer["data"]["token"]) == ("", "")
    return answer["code"]


async def test_who_finds_whom(app):
    """Strangers find somebody in the ways that are set; friends always, members of a group by number."""
    ann, bob = await friends(app)
    eve, zoe = await app.client().register("Eve"), await app.client().register("Zoe")
    await group(ann, zoe)
    by = ({"id": ann.user_id}, {"mobile": ann.mobile})
    for ways, strangers, members in (
        (["id", "mobile", "group"], (0, 0), (0, 0)),
        (["id"], (0, -404), (0, -404)),
        (["mobile"], (-404, 0), (0, 0)),
        (["group"], (-404, -404), (0, -404)),
        ([], (-404, -404), (0, -404)),
    ):
        await decide(ann, find=ways)
        assert tuple([await found(eve, **one) for one in by]) == strangers
        assert tuple([await found(zoe, **one) for one in by]) == members
        assert [await found(bob, **one) for one in by] == [0, 0]
        for one in by:
            assert (await ann.post("/user/find", **one))["data"]["mobile"] == ann.mobile


async def test_by_mobile(app):
    """In any spelling; an unknown number is what a hidden one is; one way at a time."""
    ann, eve = await app.client().register("Ann"), await app.client().register("Eve")
    spelt = f"+86 {ann.mobile[:3]}-{ann.mobile[3:7]}-{ann.mobile[7:]}"
    assert (await eve.post_json("/user/find", mobile=spelt))["data"]["id"] == ann.user_id
    unknown = await eve.post("/user/find", mobile="19999999999")
    await decide(ann, find=[])
    assert await eve.post("/user/find", mobile=ann.mobile) == unknown
    assert await eve.post("/user/find", id=ann.user_id) == unknown and unknown["code"] == -404
    assert await found(eve, id=ann.user_id, mobile=ann.mobile) == -400
    assert await found(eve) == -400


@pytest.mark.parametrize("approval", ["request", "none"])
async def test_who_is_not_to_be_added(app, approval):
    """Nobody becomes a friend of somebody who wants to be asked, or none; friends stay, and it is one way."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    await decide(ann, approval=approval)
    answer = await eve.post("/contact/addfriend", dstid=ann.user_id)
    assert answer["code"] == (0 if approval == "request" else -1)
    for client, other in ((ann, eve), (eve, ann)):
        rows = (await client.post("/contact/loadfriend"))["rows"]
        assert other.user_id not in [row["id"] for row in rows]
    assert (await eve.post_json("/message/send", **text(ann)))["code"] == -403
    assert (await bob.post("/contact/addfriend", dstid=ann.user_id))["code"] == -409
    assert (await ann.post("/contact/addfriend", dstid=eve.user_id))["code"] == 0


# --- being seen -------------------------------------------------------------------------------------------


async def test_rows_of_who_is_not_seen(app):
    """`online` is 0 in every row, for others and for oneself."""
    ann, bob = await friends(app)
    async with AsyncExitStack() as stack:
        await open_all(stack, ann.socket(), bob.socket())

        async def seen(client, other) -> list[int]:
            rows = (await client.post("/contact/loadfriend"))["rows"]
            one = (await client.post("/user/find", id=other.user_id))["data"]
            return [row["online"] for row in (*rows, one)]

        assert await seen(ann, bob) == await seen(bob, ann) == [1, 1]
        await decide(ann, online=0)
        assert await seen(ann, bob) == await seen(bob, ann) == [0, 0]
        await decide(ann, online=1)
        assert await seen(ann, bob) == await seen(bob, ann) == [1, 1]
