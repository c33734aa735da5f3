"""What is done to a group at one process holds on the open sockets of every other, at once."""

import asyncio

from tests.cluster.cluster import Cluster
from tests.cluster.people import friends_at

FAR = 4102444800000


async def done(who, path, **fields):
    answer = await who.post_json(path, **fields)
    assert answer["code"] == 0, (path, answer)
    return answer


async def village(two: Cluster):
    """Ann at the first process, who has a group; Bob and Cid at the second, who are in it."""
    ann, bob = await friends_at(two)
    cid = await two.client(1).register("Cid")
    group = (await done(ann, "/contact/createcommunity", name="Birds"))["data"]["id"]
    for who in (bob, cid):
        await done(who, "/contact/joincommunity", dstid=group)
    return ann, bob, cid, group


def text(group, content, cid=None):
    return {"cmd": 11, "dstid": group, "media": 1, "content": content, **({"cid": cid} if cid else {})}


async def until(socket, content):
    """The frames up to a message, without it."""
    found = []
    while (frame := await socket.receive()).get("content") != content:
        found.append(frame)
    return found


async def test_removed_elsewhere(both):
    """Who is removed at one process hears that at the other one and nothing more, on all sockets, and their
    next message is refused there; who stays goes on."""
    ann, bob, cid, group = await village(both)
    async with (
        bob.socket() as gone,
        both.at(0, bob).socket() as phone,
        bob.socket(v=None) as classic,
        cid.socket() as there,
    ):
        await done(ann, "/message/send", **text(group, "before"))
        for socket in (gone, phone, classic, there):
            await until(socket, "before")
        await done(ann, "/community/remove", dstid=group, ids=[bob.user_id], ban=1)
        for n in range(5):
            await done(ann, "/message/send", **text(group, f"after {n}"))
        await until(there, "after 4")
        await done(ann, "/message/send", cmd=10, dstid=bob.user_id, media=1, content="sorry")
        for socket in (gone, phone):
            left, removed = await until(socket, "sorry")
            assert (left["cmd"], left["left"]) == (22, 1)
            assert (removed["what"], removed["who"]) == ("removed", [bob.user_id])
        assert await until(classic, "sorry") == []
        for socket in (gone, phone):
            await socket.send(text(group, "let me in", "x"))
            assert (await socket.receive(2))["code"] == -403
        assert (await bob.post("/contact/joincommunity", dstid=group))["code"] == -403


async def test_joined_elsewhere(both):
    """Who is invited at one process listens at the other one from then on, and all are told."""
    ann, bob, cid, group = await village(both)
    dan = await both.client(1).register("Dan")
    await done(ann, "/contact/addfriend", dstid=dan.user_id)
    async with dan.socket() as newcomer, cid.socket() as there:
        await done(ann, "/community/invite", dstid=group, ids=[dan.user_id])
        await done(bob, "/message/send", **text(group, "welcome"))
        for socket in (newcomer, there):
            event, notice = await until(socket, "welcome")
            assert (event["what"], event["who"]) == ("joined", [dan.user_id])
            assert notice["content"] == "Ann邀请Dan加入了群"


async def test_from_before_they_came(both):
    """What becomes of an older message is told at the other process to who sees it, and not to newcomers."""
    ann, bob, cid, group = await village(both)
    old = (await done(ann, "/message/send", **text(group, "secret")))["data"]["id"]
    dan = await both.client(1).register("Dan")
    await done(dan, "/contact/joincommunity", dstid=group)
    async with bob.socket() as there, dan.socket() as late:
        edit = {"cmd": 15, "kind": 11, "dstid": group, "id": old, "content": "still secret"}
        await done(ann, "/message/change", **edit)
        await done(ann, "/message/send", **text(group, "end"))
        assert [frame["cmd"] for frame in await until(there, "end")] == [15]
        assert await until(late, "end") == []


async def test_muted_elsewhere(both):
    """A mute holds at the other process at once, for one and for all; so it does for who types."""
    ann, bob, cid, group = await village(both)
    async with bob.socket() as quiet, cid.socket() as there, ann.socket() as head:
        await quiet.send({"cmd": 12, "kind": 11, "dstid": group})  # is remembered as one who may
        await head.receive(12)
        for who in ({"id": bob.user_id}, {}):
            await done(ann, "/community/mute", dstid=group, until=FAR, **who)
            while (await quiet.receive(21))["what"] != "muted":
                pass
            await quiet.send(text(group, "x", f"{who}"))
            refused = await quiet.receive(2)
            assert (refused["code"], refused["data"]["until"]) == (-1, FAR)
            await asyncio.sleep(3.1)  # in which it would not be told in any case
            await quiet.send({"cmd": 12, "kind": 11, "dstid": group})
            await quiet.send({"cmd": 0})
            await quiet.receive(0)
            await done(ann, "/community/mute", dstid=group, until=0, **who)
        await done(ann, "/message/send", **text(group, "end"))
        assert [frame for frame in await until(there, "end") if frame["cmd"] == 12][1:] == []


async def test_heads_elsewhere(both):
    """An admin made at one process heads at the other one; a dissolved group is over at both."""
    ann, bob, cid, group = await village(both)
    async with cid.socket() as there:
        await done(ann, "/community/role", dstid=group, id=bob.user_id, role=2)
        assert (await there.receive(21))["what"] == "role"
        await done(bob, "/community/update", dstid=group, name="Owls")
        assert (await there.receive(21))["what"] == "updated"
        await done(ann, "/community/transfer", dstid=group, id=bob.user_id)
        assert (await there.receive(21))["who"] == [bob.user_id, ann.user_id]
        assert (await ann.post("/community/dissolve", dstid=group))["code"] == -403
        await done(bob, "/community/dissolve", dstid=group)
        assert (await there.receive(21))["what"] == "dissolved"
        await there.send(text(group, "still here?", "x"))
        assert (await there.receive(2))["code"] == -403
        for who in (ann, bob, cid):
            assert (await who.post("/message/history", kind=11, dstid=group))["code"] == 0


async def test_removed_by_who_then_died(two):
    """Who removes somebody may be killed before it tells the others: as soon as they notice that it is dead
    they look who belongs."""
    ann, bob, cid, group = await village(two)
    async with bob.socket() as gone, cid.socket() as there:
        await done(ann, "/community/remove", dstid=group, ids=[bob.user_id])
        await two.kill(0)
        end = asyncio.get_running_loop().time() + 30
        heard, number = True, 0
        while heard and asyncio.get_running_loop().time() < end:
            number += 1
            answer = await cid.post_json("/message/send", **text(group, f"{number}"))
            note = await bob.post_json(
                "/message/send", cmd=10, dstid=bob.user_id, media=1, content=f"note {number}"
            )
            if answer["code"] == note["code"] == 0:
                await until(there, f"{number}")
                frames = await until(gone, f"note {number}")
                heard = f"{number}" in [frame.get("content") for frame in frames]
            await asyncio.sleep(0.2)
        assert not heard
