"""Handshakes that wait are looked up together: each gets its own answer, whatever becomes of the others."""

import asyncio

import pytest

from actions.handshakes import Handshakes
from models.sessions import ConnectionStart, connection_starts
from protocol.errors import TryAgain

DAY_MS = 86_400_000
IDLE_MS = 7 * DAY_MS


class Use:
    """Remembers what it was told."""

    def __init__(self):
        self.sockets, self.used = [], []

    def opened(self, session_id, expires):
        self.sockets.append((session_id, expires))

    def seen(self, session_ids):
        self.used += session_ids


class Database:
    """Knows a session for each user whose token is right; answers when it is let, or with an error."""

    def __init__(self, last_seen=2**53):
        self.asked, self.last_seen = [], last_seen
        self.error = None
        self.let = asyncio.Event()
        self.let.set()

    async def read(self, call, pairs, now, idle):
        assert call is connection_starts and idle == IDLE_MS
        self.asked.append(pairs)
        await self.let.wait()
        if self.error is not None:
            raise self.error
        return [
            ConnectionStart(user_id, 10 * user_id, self.last_seen, [7], 5) if token == "right" else None
            for user_id, token in pairs
        ]


async def test_who_waits_is_looked_up_together():
    """While one look-up is under way, those who come are the next: a restart's thousand are some dozen."""
    database, use = Database(), Use()
    handshakes = Handshakes(database, use, IDLE_MS)
    database.let.clear()
    waiting = [asyncio.create_task(handshakes.look_up(i, "right" if i % 2 else "wrong")) for i in range(200)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert handshakes.stats() == {
        "handshakes_waiting": 136,
        "handshakes_looked_up": 64,
        "handshakes_looks": 1,
    }
    database.let.set()
    found = await asyncio.gather(*waiting)
    assert [start and start.session_id for start in found] == [i if i % 2 else None for i in range(200)]
    assert list(map(len, database.asked)) == [64, 64, 64, 8]
    assert use.sockets == [(i, 10 * i) for i in range(200) if i % 2] and use.used == []
    assert (await handshakes.look_up(3, "right")).session_id == 3
    assert handshakes.stats()["handshakes_waiting"] == 0


async def test_a_session_unused_for_long():
    """Opening a socket is use of its session, written when that was not known for some minutes."""
    use = Use()
    handshakes = Handshakes(Database(last_seen=0), use, IDLE_MS)
    await handshakes.look_up(3, "right")
    assert use.used == [3]


async def test_a_database_that_is_away():
    """Everybody who waited for it is told to try again, and the next is looked up as ever."""
    database = Database()
    handshakes = Handshakes(database, Use(), IDLE_MS)
    database.error = TryAgain()
    found = await asyncio.gather(
        *(handshakes.look_up(i, "right") for i in range(1, 4)), return_exceptions=True
    )
    assert [type(error) for error in found] == [TryAgain] * 3
    database.error = None
    assert (await handshakes.look_up(1, "right")).session_id == 1


async def test_who_does_not_wait():
    """A client that is gone before its answer keeps no other from theirs."""
    database = Database()
    handshakes = Handshakes(database, Use(), IDLE_MS)
    database.let.clear()
    gone, stays = (asyncio.create_task(handshakes.look_up(i, "right")) for i in (1, 2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    database.let.set()
    assert (await stays).session_id == 2
