"""Typing and looking over real sockets: who is told, how often, and who may."""

from contextlib import AsyncExitStack

import pytest

from actions.typing import Typing
from hub.ports.control import MembershipChanged
from tests.app import running
from tests.handlers.people import friends, group, open_all, text, waiting


def typing(kind: int, dst, **fields: object) -> dict:
    return {"cmd": 12, "kind": kind, "dstid": dst if isinstance(dst, int) else dst.user_id, **fields}


@pytest.fixture
def clock(app):
    """`clock(seconds)` lets time pass for those who type."""
    now = [1000.0]
    old = app.services.typing
    app.services.typing = Typing(old._db, old._hub, old._strangers, old._max_members, lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


@pytest.fixture
def looks(app, monkeypatch):
    """How often the database was asked who may type."""
    asked = []
    run = app.services.db.read

    async def count(fn, *args):
        asked.append(fn.__name__)
        return await run(fn, *args)

    monkeypatch.setattr(app.services.db, "read", count)
    return asked


async def test_in_a_single_chat(app):
    """When Ann types to Bob all his devices are told, and nobody else is: not her own, not their friends."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    for other in (ann, bob):
        await eve.post("/contact/addfriend", dstid=other.user_id)
    async with AsyncExitStack() as stack:
        mine, phone, his, tablet, hers = await open_all(
            stack, ann.socket(), ann.socket(), bob.socket(), bob.socket(), eve.socket()
        )
        await mine.send(typing(10, bob))
        event = {"cmd": 12, "userid": ann.user_id, "kind": 10, "dstid": bob.user_id}
        assert [await his.receive(), await tablet.receive()] == [event, event]
        assert [await waiting(socket) for socket in (mine, phone, hers)] == [[], [], []]


async def test_in_a_group(app):
    """When Ann types in a group its other members are told, her own devices and others' are not."""
    ann, bob, eve = [await app.client().register() for _ in range(3)]
    room = await group(ann, bob)
    async with AsyncExitStack() as stack:
        mine, phone, his, hers = await open_all(stack, ann.socket(), ann.socket(), bob.socket(), eve.socket())
        await mine.send(typing(11, room))
        assert await his.receive(12) == {"cmd": 12, "userid": ann.user_id, "kind": 11, "dstid": room}
        assert [await waiting(socket) for socket in (mine, phone, hers)] == [[], [], []]


async def test_a_classic_page(app):
    """A classic page is not told who types; it would draw it as a message."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket(v=None) as classic, bob.socket() as his:
        await mine.send(typing(10, bob))
        await his.receive(12)
        await mine.send(text(bob, "hi"))
        assert (await classic.receive())["content"] == "hi"


async def test_nothing_of_it_is_kept(app):
    """Typing is neither a message nor a change of a conversation."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket() as his:
        await mine.send(typing(10, bob))
        await his.receive(12)
        assert (await bob.post("/message/conversations"))["rows"] == []
        assert (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"] == []


async def test_the_name_is_the_sessions(app):
    """Nobody can type in another's name."""
    ann, bob = await friends(app)
    async with ann.socket() as mine, bob.socket() as his:
        await mine.send(typing(10, bob, userid=bob.user_id))
        assert (await his.receive(12))["userid"] == ann.user_id


async def test_a_fast_typist(app, clock):
    """However often a client says so, others are told at most every three seconds, for each conversation."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    async with ann.socket() as mine, bob.socket() as his:
        for _ in range(10):
            await mine.send(typing(10, bob))
            await mine.send(typing(11, room))
        await waiting(mine)
        clock(2.9)
        await mine.send(typing(10, bob))
        assert await waiting(mine) == []
        assert sorted([(await his.receive(12))["kind"], (await his.receive(12))["kind"]]) == [10, 11]
        assert await waiting(his) == []
        clock(0.2)
        await mine.send(typing(10, bob))
        assert (await his.receive())["kind"] == 10


async def test_the_database_is_asked_once_a_minute(app, clock, looks):
    """Typing costs the database one look a minute and conversation, not one a frame."""
    ann, bob = await friends(app)
    looks.clear()
    async with ann.socket() as mine, bob.socket() as his:
        await waiting(his)
        looks.clear()
        for _ in range(19):
            await mine.send(typing(10, bob))
            await his.receive(12)
            clock(3)
        assert looks == ["hears_typing"]
        clock(3)
        await mine.send(typing(10, bob))
        await his.receive(12)
        assert looks == ["hears_typing"] * 2


async def test_who_may_not(app, clock, looks):
    """A stranger, a non-member and one who types to nobody are refused as with a message, without much
    asking."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    eve = await app.client().register("Eve")
    async with eve.socket() as hers, bob.socket() as his:
        await waiting(his)
        looks.clear()
        for dst, kind, code in ((bob, 10, -403), (room, 11, -403), (99999, 10, -404), (99999, 11, -404)):
            for _ in range(3):
                await hers.send(typing(kind, dst, cid="t"))
                error = await hers.receive()
                assert (error["cmd"], error["code"], error["cid"]) == (2, code, "t") and error["msg"]
        assert looks == ["hears_typing"] * 4
        assert await waiting(his) == []
        await eve.post("/contact/addfriend", dstid=bob.user_id)
        clock(3)
        await hers.send(typing(10, bob))
        assert (await his.receive(12))["userid"] == eve.user_id


async def test_membership_takes_effect_at_once(app, clock, looks):
    """Who joins a group may type there at once, though they were refused a moment ago; who is removed is
    looked up again before anybody hears them."""
    ann, bob = await app.client().register(), await app.client().register()
    room = await group(ann)
    async with bob.socket() as his, ann.socket() as hers:
        await his.send(typing(11, room))
        assert (await his.receive())["code"] == -403
        await bob.post("/contact/joincommunity", dstid=room)
        await his.send(typing(11, room))
        assert (await hers.receive(12))["userid"] == bob.user_id
        clock(3)
        looks.clear()
        app.services.hub.order((MembershipChanged(bob.user_id, room, False),))
        await his.send(typing(11, room))
        await hers.receive(12)
        assert looks == ["hears_typing"]


async def test_notes_to_oneself(app):
    """Typing notes to oneself is no fault, and tells nobody."""
    ann = await app.client().register()
    async with ann.socket() as mine, ann.socket() as phone:
        await mine.send(typing(10, ann))
        assert await waiting(mine) == await waiting(phone) == []


@pytest.mark.parametrize(
    "frame",
    [
        {"cmd": 12},
        {"cmd": 12, "kind": 10},
        {"cmd": 12, "kind": 12, "dstid": 1},
        {"cmd": 12, "kind": 10, "dstid": 0},
        {"cmd": 12, "kind": 10, "dstid": "1"},
        {"cmd": 18, "kind": 10},
        {"cmd": 18, "dstid": 1},
        {"cmd": 18, "kind": 9, "dstid": 1},
        {"cmd": 18, "friends": 2},
        {"cmd": 18, "friends": True},
    ],
)
async def test_nonsense(app, frame):
    """A frame without its fields, or with impossible ones, is refused with -400."""
    ann = await app.client().register()
    async with ann.socket() as socket:
        await socket.send(frame)
        assert (await socket.receive())["code"] == -400


async def test_the_rate(tmp_path):
    """A client that floods the server with typing is told to slow down."""
    async with running(
        tmp_path, {"limits.enabled": True, "limits.request_burst": 10, "limits.request_rate": 0.1}
    ) as app:
        ann = await app.client().register()
        async with ann.socket() as socket:
            for _ in range(10):
                await socket.send(typing(10, ann))
            for frame in (typing(10, ann), {"cmd": 18}):
                await socket.send(frame)
                assert (await socket.receive())["code"] == -429


@pytest.mark.parametrize("members, told", [(3, True), (2, False), (0, False)])
async def test_large_groups_are_quiet(tmp_path, members, told):
    """In a group with more members than the setting allows nobody is told who types, and nobody is
    refused."""
    async with running(tmp_path, {"hub.typing_max_members": members}) as app:
        ann, bob, eve = [await app.client().register() for _ in range(3)]
        room = await group(ann, bob, eve)
        async with ann.socket() as mine, bob.socket() as his:
            await mine.send(typing(11, room))
            assert await waiting(mine) == []
            assert [frame["cmd"] for frame in await waiting(his)] == [12] * told


async def test_strangers_where_they_may_write(tmp_path):
    """Where anyone may write to anyone, anyone may be seen typing."""
    async with running(tmp_path, {"contacts.strangers": True}) as app:
        ann, bob = await app.client().register(), await app.client().register()
        async with ann.socket() as mine, bob.socket() as his:
            await mine.send(typing(10, bob))
            assert (await his.receive())["userid"] == ann.user_id
            await mine.send(typing(10, 99999))
            assert (await mine.receive())["code"] == -404


async def test_only_those_who_look(app, clock):
    """A client that says what it has open is told of typing there, and of friends who type to it where
    it shows them in a list; whatever it looked at before."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    async with ann.socket() as mine, bob.socket() as his:

        async def seen() -> list[int]:
            clock(3)
            await mine.send(typing(10, bob))
            await mine.send(typing(11, room))
            assert await waiting(mine) == []
            return [frame["kind"] for frame in await waiting(his) if frame["cmd"] == 12]

        assert sorted(await seen()) == [10, 11]
        for look, kinds in (
            ({"kind": 10, "dstid": ann.user_id}, [10]),
            ({"kind": 11, "dstid": room, "friends": 0}, [11]),
            ({"kind": 11, "dstid": room, "friends": 1}, [10, 11]),
            ({"kind": 11, "dstid": room + 1}, []),
            ({"kind": 10, "dstid": bob.user_id}, []),
            ({"friends": 1}, [10]),
            ({}, []),
        ):
            await his.send({"cmd": 18, **look})
            assert await waiting(his) == []
            assert sorted(await seen()) == kinds, look


async def test_joining_while_it_is_looked_up(app, monkeypatch):
    """Who joins a group in the moment in which it is looked up whether they may type there is heard with
    their next letter."""
    ann, bob = await app.client().register(), await app.client().register()
    room = await group(ann)
    read = app.services.db.read

    async def join_meanwhile(fn, *args):
        monkeypatch.undo()
        try:
            return await read(fn, *args)
        finally:
            assert (await bob.post("/contact/joincommunity", dstid=room))["code"] == 0

    async with ann.socket() as hers, bob.socket() as his:
        monkeypatch.setattr(app.services.db, "read", join_meanwhile)
        await his.send(typing(11, room))
        assert (await his.receive(2))["code"] == -403
        await his.send(typing(11, room))
        assert (await hers.receive(12))["userid"] == bob.user_id
