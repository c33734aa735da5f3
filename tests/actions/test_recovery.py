"""What another process did without telling: it is found in the database."""

import pytest

from actions import recovery
from hub.ports.control import MembershipChanged
from log.entries import Edit, Post, React, Recall
from models import contacts, state
from models.tables import Session
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import Scribe


@pytest.fixture
def elsewhere(app, io_loop):
    """The log of another process."""

    async def make():
        return Scribe(app.services.db)

    other = io_loop.run_sync(make)
    yield other
    io_loop.run_sync(other.log.close)


async def friends_in_a_group(app):
    ann, bob = await app.client().register("Ann"), await app.client().register("Bob")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    group = (await ann.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    await bob.post("/contact/joincommunity", dstid=group)
    return ann, bob, group


async def test_committed_and_not_told(app, elsewhere):
    """What a process committed before it died is told to those who are connected here: all of it, in its
    order, also to classic pages; what was told already is not told again."""
    ann, bob, group = await friends_in_a_group(app)
    async with bob.socket() as his, bob.socket(v=None) as classic:
        await ann.post("/message/send", cmd=10, dstid=bob.user_id, media=1, content="told")
        for socket in (his, classic):
            assert (await socket.receive())["content"] == "told"
        first = await app.services.db.read(state.change) + 1
        posts = [
            Post(Message(ann.user_id, bob.user_id, SINGLE, Media.TEXT, "one")),
            Post(Message(ann.user_id, bob.user_id, SINGLE, Media.TEXT, "two")),
            Post(Message(ann.user_id, group, ROOM, Media.TEXT, "to all")),
            Post(Message(ann.user_id, group, ROOM, Media.NOTICE, "a notice")),
        ]
        for post in posts:
            assert elsewhere.log.offer(post)
        await elsewhere.say(ann.user_id, ann.user_id, "a note of hers, behind the others")
        last = await app.services.db.read(state.change)
        await recovery.heal(app.services, [range(first, last + 1)])
        got = [await his.receive() for _ in range(4)]
        assert sorted(frame["content"] for frame in got) == ["a notice", "one", "to all", "two"]
        assert [frame["seq"] for frame in got if frame["cmd"] == SINGLE] == [2, 3]
        assert sorted([(await classic.receive())["content"] for _ in range(3)]) == ["one", "to all", "two"]


async def test_changes_that_were_not_told(app, elsewhere):
    """Nor is a change of a message lost: each is told with what it says now, in order with what was said."""
    ann, bob, _ = await friends_in_a_group(app)
    chat = {"kind": 10, "dstid": bob.user_id}
    ids = []
    for content in ("one", "two"):
        sent = await ann.post("/message/send", cmd=10, dstid=bob.user_id, media=1, content=content)
        ids.append(sent["data"]["id"])
    async with bob.socket() as his, bob.socket(v=None) as classic:
        first = await app.services.db.read(state.change) + 1
        where = (ann.user_id, SINGLE, bob.user_id)
        entries = [
            React(*where, ids[0], {"content": "👍", "amount": 1}),
            React(*where, ids[0], {"content": "👍", "amount": 1}, "changes nothing"),
            Post(Message(*where[::2], SINGLE, Media.TEXT, "three")),
            Edit(*where, ids[1], "zwei", None, -1),
            Recall(*where, ids[0], -1),
        ]
        for entry in entries:
            assert elsewhere.log.offer(entry)
        await elsewhere.say(ann.user_id, ann.user_id, "a note of hers, behind the others")
        last = await app.services.db.read(state.change)
        await recovery.heal(app.services, [range(first, last + 1)])
        got = [await his.receive() for _ in range(4)]
        assert [(frame["cmd"], frame["ver"]) for frame in got] == [(16, 3), (10, 4), (15, 5), (14, 6)]
        assert got[2].items() >= {"content": "zwei", "userid": ann.user_id, "seq": 2, **chat}.items()
        assert (await classic.receive())["content"] == "three"


async def test_a_clock_that_is_wrong(app):
    """When sessions are looked at again, those of open sockets end only by being ended, whatever the clock
    says of their time."""
    ended, stays = await app.client().register(), await app.client().register()
    async with ended.socket() as closed, stays.socket() as kept:
        await app.services.db.write(Session.delete().where(Session.user_id == ended.user_id).execute)
        await app.services.db.write(Session.update(last_seen=1, expires=1).execute)
        app.services.hub.recovery.doubt()
        assert await closed.closed() == 4401
        await kept.send({"cmd": 0})
        assert (await kept.receive())["cmd"] == 0


async def test_nobody_knows_what_was_lost(app, expect_logs):
    """Sockets of a session that has ended elsewhere are closed, groups that somebody joined elsewhere are
    heard, and every v2 client is welcomed again, so that it asks for what is new; a classic page is not."""
    ann, bob, group = await friends_in_a_group(app)
    eve = await app.client().register("Eve")
    async with ann.socket() as hers, ann.socket(v=None) as classic, eve.socket() as out:
        await app.services.db.write(lambda: Session.delete().where(Session.user_id == eve.user_id).execute())
        new = await app.services.db.write(contacts.befriend, ann.user_id, eve.user_id, 1)
        assert new
        app.services.hub.order((MembershipChanged(ann.user_id, group, False),))  # as if it had never heard
        expect_logs("magpie.hub", "something may be missed")
        app.services.hub._missed("a test")
        welcome = await hers.receive()
        assert welcome["cmd"] == 3 and welcome["epoch"] == hers.welcome["epoch"]
        assert await out.closed() == 4401
        await bob.post("/message/send", cmd=11, dstid=group, media=1, content="hi")
        assert (await hers.receive())["content"] == "hi"
        assert (await classic.receive())["content"] == "hi"
        assert app.services.stats()["recovery_catch_ups"] == 1
