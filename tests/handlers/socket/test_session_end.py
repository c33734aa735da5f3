"""Sockets and their sessions: opening one is use, and none outlives its session."""

import asyncio

from models.tables import Session
from protocol.clock import now_ms
from tests.app import PATIENCE, running


async def rows(app) -> list[tuple[int, int]]:
    """(last_seen, expires) of each session."""
    query = Session.select(Session.last_seen, Session.expires).order_by(Session.id)
    return await app.services.db.read(lambda: list(query.tuples()))


async def last_seen_after(app, time: int) -> int:
    """Waits until the only session was seen after `time`."""
    async with asyncio.timeout(PATIENCE):
        while (found := (await rows(app))[0][0]) <= time:
            await asyncio.sleep(0.01)
    return found


async def test_opening_a_socket_is_use(app):
    """Whoever comes by the socket only, as bots and open pages do, is not logged out for being idle."""
    client = await app.client().register()
    old = now_ms() - int(6.9 * 86_400_000)
    await app.services.db.write(Session.update(last_seen=old).execute)
    async with client.socket():
        assert await last_seen_after(app, old) > now_ms() - 60_000


async def test_socket_ends_with_its_session(tmp_path):
    """When the time of a session is over its sockets are closed with 4401, one that was just opened like
    others, and another session's stay."""
    async with running(tmp_path) as app:
        ann, bob = await app.client().register(), await app.client().register()
        soon = now_ms() + 1500
        await app.services.db.write(
            Session.update(expires=soon).where(Session.user_id == ann.user_id).execute
        )
        async with ann.socket() as one, ann.socket(v=None) as classic, bob.socket() as kept:
            assert [await one.closed(), await classic.closed()] == [4401, 4401]
            assert now_ms() >= soon
            await kept.send({"cmd": 0})
            assert (await kept.receive())["cmd"] == 0
        assert (await ann.post("/user/sessions"))["code"] == -401


async def test_the_nearest_end_comes_first(app):
    """Sessions end each at its time, whichever was opened first."""
    clients = [await app.client().register() for _ in range(3)]
    for client, wait_ms in zip(clients, (86_400_000, 1800, 900)):
        mine = Session.user_id == client.user_id
        await app.services.db.write(Session.update(expires=now_ms() + wait_ms).where(mine).execute)
    async with clients[0].socket() as late, clients[1].socket() as second, clients[2].socket() as first:
        assert await first.closed() == 4401
        assert app.services.hub.connections == 2
        assert await second.closed() == 4401
        await late.send({"cmd": 0})
        assert (await late.receive())["cmd"] == 0
