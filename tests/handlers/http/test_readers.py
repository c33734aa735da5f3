"""Who has read a message in a group: told to its author, counted over those who were there."""

import pytest

from tests.app import running
from tests.handlers.people import friends, group, text


async def said(client, room) -> dict:
    return (await client.post_json("/message/send", **text(room, "hi", cmd=11)))["data"]


async def told(client, room, seq, **fields):
    answer = await client.post("/message/readers", kind=11, dstid=room, seq=seq, **fields)
    assert answer["code"] == 0, answer
    return [row["nickname"] for row in answer["rows"]], answer["data"]


async def test_readers(app):
    """In the order in which they read; the author is in neither number, nor who came later."""
    ann, bob = await friends(app)
    eve, zoe = await app.client().register("Eve"), await app.client().register("Zoe")
    room = await group(ann, bob, eve)
    message = await said(ann, room)
    assert await told(ann, room, message["seq"]) == ([], {"read": 0, "total": 2})
    await zoe.post("/contact/joincommunity", dstid=room)
    for client in (zoe, eve, bob):
        await client.post("/message/read", kind=11, dstid=room, seq=message["seq"] + 1)
    assert await told(ann, room, message["seq"]) == (["Eve", "Bob"], {"read": 2, "total": 2})
    one = await told(ann, room, message["seq"], limit=1)
    assert one == (["Eve"], {"read": 2, "total": 2, "more": 1})
    assert (await told(ann, room, message["seq"], after=eve.user_id))[0] == ["Bob"]
    row = (await ann.post("/message/readers", kind=11, dstid=room, seq=message["seq"]))["rows"][0]
    assert row["mobile"] == row["token"] == ""


async def test_refusals(app):
    """Others' messages, messages that are not there, single chats, outsiders."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob)
    seq = (await said(ann, room))["seq"]
    for client, fields, code in (
        (bob, {"seq": seq}, -403),
        (ann, {"seq": seq + 1}, -404),
        (ann, {"seq": 0}, -400),
        (ann, {"seq": seq, "kind": 10}, -400),
        (eve, {"seq": seq}, -403),
        (ann, {"seq": seq, "dstid": 99999}, -404),
    ):
        answer = await client.post("/message/readers", **{"kind": 11, "dstid": room, **fields})
        assert answer["code"] == code, (fields, answer)


@pytest.mark.parametrize(("most", "code"), [(2, -1), (3, 0)])
async def test_large_groups(tmp_path, most, code):
    """In a group of more members than are set nobody is told."""
    async with running(tmp_path, {"messages.readers_max_members": most}) as app:
        ann, bob = await friends(app)
        room = await group(ann, bob, await app.client().register("Eve"))
        seq = (await said(ann, room))["seq"]
        assert (await ann.post("/message/readers", kind=11, dstid=room, seq=seq))["code"] == code


async def test_what_the_author_sees_no_more(app):
    """Who came back to a group that keeps what was before is told nothing of what they said there then, nor
    who has hidden it."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    assert (await ann.post("/community/update", dstid=room, history=0))["code"] == 0
    before = await said(bob, room)
    assert (await bob.post("/community/leave", dstid=room))["code"] == 0
    assert (await bob.post("/contact/joincommunity", dstid=room))["code"] == 0
    hidden = await said(bob, room)
    hide = {"kind": 11, "dstid": room, "ids": [hidden["id"]]}
    assert (await bob.post_json("/message/hide", **hide))["code"] == 0
    for message in (before, hidden):
        answer = await bob.post("/message/readers", kind=11, dstid=room, seq=message["seq"])
        assert answer["code"] == -404
