"""Presence over real sockets: friends are told who comes and who goes, if they can see it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

import hub.presence
from actions import settings
from models import blocks, contacts
from tests.app import running
from tests.handlers.people import friends, waiting


def presence(client, online: int) -> dict:
    return {"cmd": 17, "userid": client.user_id, "online": online}


class Pulse:
    """The announcements of a server, made when a test says so."""

    def __init__(self, app) -> None:
        self.announcer = app.services.hub.announcer
        self.now = 1000.0
        self.announcer._clock = lambda: self.now
        self.asked: list[int] = []  # how many people each query was about
        run = app.services.db.read

        async def count(fn, *args):
            if fn is contacts.friends_among:
                self.asked.append(len(args[1]))
            return await run(fn, *args)

        app.services.db.read = count

    async def beat(self, seconds: float = 1.0) -> None:
        """`seconds` later what is due is announced."""
        self.now += seconds
        self.announcer.tick()
        if self.announcer._task is not None:
            await self.announcer._task


@pytest.fixture
def served(io_loop, tmp_path, monkeypatch):
    """A server that announces, and its pulse."""
    monkeypatch.setattr(hub.presence, "_PERIOD_S", 3600)
    entered = running(tmp_path / "data", presence=True)
    app = io_loop.run_sync(entered.__aenter__)
    yield app, Pulse(app)
    io_loop.run_sync(lambda: entered.__aexit__(None, None, None))


async def gone(app, client) -> None:
    """Waits until the server has noticed that a client's sockets are closed."""
    while client.user_id in {connection.user_id for connection in app.services.hub._connections.values()}:
        await client.post("/contact/loadfriend")


async def test_a_friend_comes_and_goes(served):
    """Bob sees Ann come online, stay so while she changes her network, and go a moment after she went."""
    app, pulse = served
    ann, bob = await friends(app)
    async with bob.socket() as his:
        async with ann.socket():
            await pulse.beat()
            assert await his.receive() == presence(ann, 1)
        await gone(app, ann)
        await pulse.beat(4)
        async with ann.socket():
            await pulse.beat(9)
        await gone(app, ann)
        await pulse.beat(4)
        assert await waiting(his) == []
        assert (await bob.post("/contact/loadfriend"))["rows"][0]["online"] == 1
        await pulse.beat(2)
        assert await his.receive() == presence(ann, 0)
        assert (await bob.post("/contact/loadfriend"))["rows"][0]["online"] == 0


async def test_it_comes_by_itself(tmp_path):
    """Within about a second, and after the delay that is set, friends are told."""
    async with running(tmp_path, {"hub.offline_delay": 0}, presence=True) as app:
        ann, bob = await friends(app)
        async with bob.socket() as his:
            async with ann.socket():
                assert await his.receive() == presence(ann, 1)
            assert await his.receive() == presence(ann, 0)


async def test_strangers_are_told_nothing(served):
    """Who is no friend does not learn when somebody is online, nor do classic pages."""
    app, pulse = served
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    async with eve.socket() as hers, bob.socket() as his, bob.socket(v=None) as classic:
        await pulse.beat()
        async with ann.socket() as mine:
            await pulse.beat()
            assert await waiting(hers) == [] and await waiting(his) == [presence(ann, 1)]
            await mine.send({"cmd": 10, "dstid": bob.user_id, "media": 1, "content": "hi"})
            assert (await classic.receive())["cmd"] == 10
            assert (await mine.receive())["cmd"] == 1  # oneself is no friend either


@pytest.mark.parametrize(
    "look, told",
    [
        ({"friends": 1}, True),
        ({"kind": 10, "dstid": "ann"}, True),
        ({"kind": 10, "dstid": "eve"}, False),
        ({"kind": 11, "dstid": "ann"}, False),
        ({}, False),
    ],
    ids=["the list", "their chat", "another chat", "a group", "nothing"],
)
async def test_only_those_who_look(served, look, told):
    """A page is told of a friend while it shows the list or their chat, and not while it shows neither."""
    app, pulse = served
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    ids = {"ann": ann.user_id, "eve": eve.user_id}
    async with bob.socket() as his:
        await his.send({"cmd": 18, **{name: ids.get(value, value) for name, value in look.items()}})
        await waiting(his)
        async with ann.socket():
            await pulse.beat()
            assert await waiting(his) == [presence(ann, 1)] * told


async def test_one_query_for_all(served):
    """However many come back in a second, whose friends they are is one query; without anybody who looks,
    none."""
    app, pulse = served
    ann, bob = await friends(app)
    crowd = [await app.client().register() for _ in range(20)]
    for other in crowd[:10]:
        await other.post("/contact/addfriend", dstid=bob.user_id)
    async with bob.socket() as his:
        await pulse.beat()
        pulse.asked.clear()
        sockets = [await other.socket().open() for other in crowd]
        await pulse.beat()
        assert pulse.asked == [20]
        frames = await waiting(his)
        assert sorted(frame["userid"] for frame in frames) == [other.user_id for other in crowd[:10]]
        for socket in (*sockets, his):
            await socket.send({"cmd": 18})
            await waiting(socket)
        pulse.asked.clear()
        async with ann.socket(v=None):
            await pulse.beat()
            assert pulse.asked == [] and await waiting(his) == []


async def test_stopping_tells_nobody(served):
    """While the server stops, those who are still connected do not see their friends go one after the
    other."""
    app, pulse = served
    ann, bob = await friends(app)
    async with bob.socket() as his:
        async with ann.socket():
            await pulse.beat()
            assert await his.receive() == presence(ann, 1)
        await gone(app, ann)
        app.services.draining = True
        await pulse.beat(6)
        assert await waiting(his) == []


async def hide(client, **settings) -> None:
    assert (await client.post("/user/settings", **settings))["code"] == 0


async def switched(pulse) -> None:
    """What a switch has to say is said without waiting for the next second."""
    announcer = pulse.announcer
    while announcer._timer is not None and announcer._timer.when() < asyncio.get_running_loop().time() + 60:
        await asyncio.sleep(0.001)
    if announcer._task is not None:
        await announcer._task


async def test_who_does_not_want_to_be_seen(served):
    """To friends Ann is gone at once and stays so, whatever she does, and she sees nobody; then all is as it
    was."""
    app, pulse = served
    ann, bob = await friends(app)
    async with bob.socket() as his, ann.socket() as hers:
        await pulse.beat()
        assert await his.receive() == presence(ann, 1)
        assert await hers.receive() == presence(bob, 1)
        await hide(ann, online=0)
        await switched(pulse)
        assert await his.receive() == presence(ann, 0)
        assert [frame["cmd"] for frame in await waiting(hers)] == [20]  # her pages: something is decided
        async with ann.socket():
            await pulse.beat()
        async with bob.socket():
            pass
        await hide(ann, read=0)
        await pulse.beat(60)
        assert [frame["cmd"] for frame in await waiting(his)] == [20]
        assert [frame["cmd"] for frame in await waiting(hers)] == [20]
        await hide(ann, online=1)
        await switched(pulse)
        assert await his.receive() == presence(ann, 1)


async def test_hiding_while_one_is_away(served):
    """Neither coming, going nor switching tells anything of somebody who is not there."""
    app, pulse = served
    ann, bob = await friends(app)
    await hide(ann, online=0)
    async with bob.socket() as his:
        async with ann.socket():
            await pulse.beat()
        await gone(app, ann)
        await pulse.beat(60)
        assert ann.user_id not in [frame["userid"] for frame in await waiting(his)]
        await hide(ann, online=1)
        await switched(pulse)
        assert presence(ann, 1) not in await waiting(his)


async def test_hiding_while_it_is_announced(served):
    """Who hides while it is looked up whose friends they are is not shown any more."""
    app, pulse = served
    ann, bob = await friends(app)
    async with bob.socket() as his, ann.socket():
        run = app.services.db.read

        async def slow(fn, *args):
            found = await run(fn, *args)
            if fn is contacts.friends_among:
                app.services.db.read = run
                await hide(ann, online=0)
            return found

        app.services.db.read = slow
        await pulse.beat()
        assert presence(ann, 1) not in await waiting(his)


async def test_who_hides_is_known_after_a_restart(tmp_path):
    """A process reads it from the database when it starts."""
    async with running(tmp_path, presence=True) as app:
        ann, _ = await friends(app)
        await hide(ann, online=0, read=0)
    async with running(tmp_path, presence=True) as app:
        assert app.services.stats()["privacy_unseen"] == app.services.stats()["privacy_quiet"] == 1
        assert list(app.services.privacy.unseen) == [ann.user_id]


async def test_who_is_blocked_sees_nobody(served):
    """Bob sees Ann go when she blocks him, and come again when she does no more; in between nothing. She
    still sees him."""
    app, pulse = served
    ann, bob = await friends(app)
    async with ann.socket() as hers, bob.socket() as his:
        await pulse.beat()
        await waiting(his)
        await ann.post("/contact/block", dstid=bob.user_id, on=1)
        assert await waiting(his) == [presence(ann, 0)]
        async with AsyncExitStack() as stack:
            await hide(ann, online=0)
            await switched(pulse)
            await hide(ann, online=1)
            await switched(pulse)
            await stack.enter_async_context(ann.socket())
            await pulse.beat()
        assert [frame["cmd"] for frame in await waiting(his) if frame["cmd"] == 17] == []
        await waiting(hers)
        await ann.post("/contact/block", dstid=bob.user_id, on=0)
        assert await waiting(his) == [presence(ann, 1)]
        await ann.post("/contact/remove", dstid=bob.user_id)
        await ann.post("/contact/block", dstid=bob.user_id, on=1)
        assert [frame["cmd"] for frame in await waiting(his)] == [20]


async def test_who_blocks_is_known_after_a_restart(tmp_path):
    """A process reads it from the database when it starts, and again only when something was missed."""
    async with running(tmp_path, presence=True) as app:
        ann, bob = await friends(app)
        await ann.post("/contact/block", dstid=bob.user_id, on=1)
    async with running(tmp_path, presence=True) as app:
        privacy = app.services.privacy
        assert privacy.blocks(ann.user_id, bob.user_id) and not privacy.blocks(bob.user_id, ann.user_id)
        known = privacy._blocks
        await settings.read_again(app.services)
        assert privacy._blocks is known
        await app.services.db.write(blocks.take_back, ann.user_id, bob.user_id)  # unheard
        await settings.read_again(app.services)
        assert not privacy.blocks(ann.user_id, bob.user_id)
