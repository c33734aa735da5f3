"""Chatting over sockets: who gets what, in which order, and how often."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.app import running
from tests.handlers.people import friends, group, open_all, text, waiting
from tests.protocol.test_messages import NEEDED


async def test_a_message_between_friends(app):
    """The sender gets an ack, the friend the message with everything in it, and both speak of the same."""
    ann, bob = await friends(app)
    first = (await ann.post_json("/message/send", **text(bob)))["data"]["id"]
    said = {"userid": bob.user_id, "id": 5, "ref": first, "at": [bob.user_id], "pic": "", "amount": 3}
    async with ann.socket() as mine, bob.socket() as theirs:
        await mine.send(text(bob, "你好 👋", "c1", **said))
        ack, message = await mine.receive(), await theirs.receive()
    assert ack == {
        "cmd": 1,
        "cid": "c1",
        "id": ack["id"],
        "seq": 2,
        "ver": 2,
        "createat": ack["createat"],
        "kind": 10,
        "dstid": bob.user_id,
    }
    assert message == {
        "cmd": 10,
        "userid": ann.user_id,
        "dstid": bob.user_id,
        "media": 1,
        "content": "你好 👋",
        "cid": "c1",
        "ref": first,
        "at": [bob.user_id],
        "amount": 3,
        "id": ack["id"],
        "seq": 2,
        "ver": 2,
        "createat": ack["createat"],
    }


async def test_an_ack_means_stored(app):
    """When the ack is there, so is the row; the friend is not told before it is stored either."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket() as theirs:
        for seq in range(1, 11):
            await mine.send(text(bob, f"m{seq}"))
            for socket in (mine, theirs):
                assert (await socket.receive())["seq"] == seq
                rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
                assert rows[-1]["content"] == f"m{seq}"


async def test_ones_other_devices(app):
    """The sender's other devices get the message too, the sending one only the ack."""
    ann, bob = await friends(app)
    async with AsyncExitStack() as stack:
        phone, laptop, tablet, his = await open_all(
            stack, ann.socket(), ann.socket(), ann.socket(v=None), bob.socket()
        )
        await phone.send(text(bob))
        assert (await phone.receive())["cmd"] == 1
        got = [await socket.receive() for socket in (laptop, tablet, his)]
        assert got[0] == got[1] == got[2] and got[0]["cmd"] == 10
        assert await waiting(phone) == await waiting(laptop) == await waiting(his) == []


async def test_a_group(app):
    """A message to a group reaches every member's devices once, and nobody outside."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob)
    async with AsyncExitStack() as stack:
        mine, other, his, page, hers = await open_all(
            stack, ann.socket(), ann.socket(), bob.socket(), bob.socket(v=None), eve.socket()
        )
        await mine.send(text(room, "all", "c", cmd=11))
        ack = await mine.receive()
        assert (ack["cmd"], ack["kind"], ack["dstid"]) == (1, 11, room)
        for socket in (other, his, page):
            message = await socket.receive()
            assert (message["cmd"], message["dstid"], message["content"], message["seq"]) == (
                11,
                room,
                "all",
                ack["seq"],
            )
        for socket in (mine, other, his, hers):
            assert await waiting(socket) == []


async def test_notices_are_for_v2(app):
    """A classic page is not shown that somebody joined, only what people say."""
    ann, bob = await friends(app)
    room = await group(ann)
    async with ann.socket() as new, ann.socket(v=None) as classic:
        assert (await bob.post("/contact/joincommunity", dstid=room))["code"] == 0
        notice = await new.receive(11)
        assert (notice["media"], notice["userid"]) == (90, bob.user_id) and "Bob" in notice["content"]
        await bob.post_json("/message/send", **text(room, cmd=11))
        assert (await classic.receive())["media"] == 1


async def test_a_classic_page(app):
    """A classic page sends and is answered nothing: no ack, no error, no heartbeat."""
    ann, bob = await friends(app)
    async with ann.socket(v=None) as page, bob.socket() as his:
        for frame in (
            {"cmd": 0},
            {"cmd": 99},
            "no JSON",
            text(99999),
            text(bob, ""),
            text(bob, "x", media=90),
        ):
            await page.send(frame)
        await page.send(text(bob, "hello"))
        assert (await his.receive())["content"] == "hello"
        await his.send(text(ann, "hi there"))
        assert (await page.receive())["content"] == "hi there"


async def test_sent_by_call_reaches_all(app):
    """A message sent without a socket reaches all devices, the sender's too."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket() as his:
        answer = await ann.post_json("/message/send", **text(bob, "by call", "c9"))
        assert answer["code"] == 0
        one, other = await mine.receive(), await his.receive()
        assert one == other and one["content"] == "by call"
        assert answer["data"] == {
            "kind": 10,
            **{name: one[name] for name in ("cid", "id", "seq", "ver", "createat", "dstid")},
        }


@pytest.mark.parametrize("cmd", [10, 11])
async def test_order(app, cmd):
    """Everybody sees a conversation's frames, acks among them, in seq order without a gap, whoever talks at
    once."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    async with AsyncExitStack() as stack:
        sockets = await open_all(stack, ann.socket(), ann.socket(), bob.socket(), bob.socket())
        for i in range(60):
            for number, socket in enumerate(sockets):
                dst = room if cmd == 11 else (bob, bob, ann, ann)[number]
                await socket.send(text(dst, f"{number}.{i}", f"{number}.{i}", cmd=cmd))
        for socket in sockets:
            seqs = [(await socket.receive(1, cmd))["seq"] for _ in range(240)]
            assert seqs == list(range(seqs[0], seqs[0] + 240))


async def test_a_resend(app):
    """A message sent again under its cid gets the first ack, from any device, and arrives once; -409 for
    another."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, ann.socket() as other, bob.socket() as his:
        await mine.send(text(bob, "once", "c1"))
        ack = await mine.receive()
        for socket in (mine, other):
            await socket.send(text(bob, "once", "c1"))
            assert await socket.receive(1) == ack
        assert (await ann.post_json("/message/send", **text(bob, "once", "c1")))["data"] == {
            name: value for name, value in ack.items() if name != "cmd"
        }
        for changed in (
            text(bob, "twice", "c1"),
            text(bob, "once", "c1", memo="x"),
            text(bob, "once", "c1", at=[0]),
            text(ann, "once", "c1"),
            text(bob, "once", "c1", media=100),
        ):
            await mine.send(changed)
            error = await mine.receive()
            assert (error["cmd"], error["code"], error["cid"]) == (2, -409, "c1")
        assert [frame["content"] for frame in await waiting(his)] == ["once"]


async def test_a_refused_message_leaves_its_cid(app):
    """A refused message can be sent again under its cid once it is allowed."""
    ann, eve = await app.client().register(), await app.client().register()
    async with ann.socket() as socket:
        await socket.send(text(eve, "please", "c1"))
        assert (await socket.receive())["code"] == -403
        await eve.post("/contact/addfriend", dstid=ann.user_id)
        await socket.send(text(eve, "please", "c1"))
        assert (await socket.receive(1))["seq"] == 1


async def test_who_is_refused(app):
    """To a stranger or into another's group is -403, to nobody -404; nothing is stored and nobody hears of
    it."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob)
    async with eve.socket() as socket, ann.socket() as hers:
        for frame, code in (
            (text(ann), -403),
            (text(room, cmd=11), -403),
            (text(99999), -404),
            (text(99999, cmd=11), -404),
        ):
            await socket.send({**frame, "cid": "c"})
            error = await socket.receive()
            assert (error["cmd"], error["code"], error["cid"]) == (2, code, "c") and error["msg"]
        assert await waiting(hers) == []
    assert (await eve.post("/message/conversations"))["rows"] == []


async def test_strangers_where_allowed(tmp_path):
    """With `contacts.strangers` anybody who exists can be written to."""
    async with running(tmp_path, {"contacts.strangers": True}) as app:
        ann, eve = await app.client().register(), await app.client().register()
        async with ann.socket() as mine, eve.socket() as hers:
            await mine.send(text(eve, "hello, stranger"))
            assert (await mine.receive())["seq"] == 1
            assert (await hers.receive())["content"] == "hello, stranger"
            await mine.send(text(99999))
            assert (await mine.receive())["code"] == -404


async def test_notes_to_oneself(app):
    """A note to oneself reaches one's other devices once."""
    ann = await app.client().register()
    async with ann.socket() as phone, ann.socket() as laptop:
        await phone.send(text(ann, "buy milk"))
        assert (await phone.receive())["seq"] == 1
        assert (await laptop.receive())["content"] == "buy milk"
        assert await waiting(phone) == await waiting(laptop) == []


@pytest.mark.parametrize("media", NEEDED)
async def test_each_kind_of_media(app, media):
    """Every kind of message arrives as it was sent; one that lacks what it needs is -400."""
    ann, bob = await friends(app)
    message = {"cmd": 10, "dstid": bob.user_id, "media": media, **NEEDED[media]}
    async with ann.socket() as mine, bob.socket() as his:
        await mine.send(message)
        assert (await mine.receive())["cmd"] == 1
        assert (await his.receive()).items() >= message.items()
        for name in NEEDED[media]:
            await mine.send({key: value for key, value in message.items() if key != name})
            assert (await mine.receive())["code"] == -400
        assert await waiting(his) == []


async def test_unknown_media_and_notices(app):
    """Kinds of the future are relayed as they are; a notice from a client is -403."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket() as his:
        for media in (100, 77):
            await mine.send(text(bob, '{"any": "thing"}', media=media))
            assert (await mine.receive())["cmd"] == 1
            assert (await his.receive())["media"] == media
        await mine.send(text(bob, "I am the server", "c", media=90))
        error = await mine.receive()
        assert (error["code"], error["cid"]) == (-403, "c")


async def test_reading(app):
    """Who reads a chat is shown to the friend and to the reader's other devices; the reading device knows."""
    ann, bob = await friends(app)
    async with AsyncExitStack() as stack:
        hers, his, other, page = await open_all(
            stack, ann.socket(), bob.socket(), bob.socket(), bob.socket(v=None)
        )
        await hers.send(text(bob))
        for socket in (hers, his, other, page):
            await socket.receive()
        await his.send({"cmd": 13, "kind": 10, "dstid": ann.user_id, "seq": 99})
        event = {"cmd": 13, "userid": bob.user_id, "kind": 10, "dstid": ann.user_id, "seq": 1}
        assert await hers.receive() == await other.receive() == event
        await his.send({"cmd": 13, "kind": 10, "dstid": ann.user_id, "seq": 1})  # changes nothing
        assert await waiting(his) == await waiting(hers) == await waiting(other) == []
        await hers.send(text(bob, "next"))
        assert (await page.receive())["content"] == "next"


async def test_reading_a_group(app):
    """How far one has read a group is known to one's own devices only."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    async with AsyncExitStack() as stack:
        hers, his, other = await open_all(stack, ann.socket(), bob.socket(), bob.socket())
        await hers.send(text(room, cmd=11))
        seq = (await hers.receive(1))["seq"]
        await his.send({"cmd": 13, "kind": 11, "dstid": room, "seq": seq})
        assert (await other.receive(13))["seq"] == seq
        assert await waiting(hers) == []


async def test_reading_what_is_not_ones_own(app):
    """A read mark in another's conversation is refused."""
    ann, bob = await friends(app)
    room = await group(ann)
    async with bob.socket() as socket:
        for kind, dstid, code in ((11, room, -403), (11, 99999, -404), (10, 99999, -404), (12, room, -400)):
            await socket.send({"cmd": 13, "kind": kind, "dstid": dstid, "seq": 1, "cid": "r"})
            error = await socket.receive()
            assert (error["code"], error["cid"]) == (code, "r")


async def test_many_at_once(app):
    """A thousand messages in flight at once are all acked, numbered 1 to 1000 and delivered once."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket() as his:

        async def talk() -> None:
            for i in range(1000):
                await mine.send(text(bob, str(i), str(i)))

        talking = asyncio.create_task(talk())
        acks = [await mine.receive() for _ in range(1000)]
        got = [await his.receive() for _ in range(1000)]
        await talking
    assert [(ack["cid"], ack["seq"]) for ack in acks] == [(str(i), i + 1) for i in range(1000)]
    assert [(message["content"], message["seq"]) for message in got] == [(str(i), i + 1) for i in range(1000)]
