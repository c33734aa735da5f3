"""What is deleted for its age is deleted once, and not by a clock that is wrong."""

import asyncio
from types import SimpleNamespace

import pytest

from actions import housekeeping
from actions.housekeeping import ClockGuard, passed_ms
from config import Broker, Config
from models import sessions
from models.tables import ServerState, Session
from protocol.clock import now_ms
from protocol.errors import TryAgain
from tests.app import running
from tests.models.people import count

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = 1_800_000_000_000
ROUND = ServerState.name == "housekeeping"


class Times:
    """A clock on the wall that can be set, and the time that passes."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 5 * HOUR
        self.guard = ClockGuard(lambda: self.wall, lambda: self.passed)

    def after(self, ms: int, jump: int = 0, newest: int = 0) -> bool:
        """Whether the clock is believed after so long, when it has jumped meanwhile."""
        self.wall += ms + jump
        self.passed += ms
        return self.guard.look(newest)


@pytest.fixture
def doubts(expect_logs):
    expect_logs("magpie.housekeeping", "days ahead of what was stored")


def test_a_clock_in_order():
    """A clock that is kept right, or put back, is believed."""
    times = Times()
    assert times.after(0, newest=NOON - HOUR)
    assert all(times.after(5 * MINUTE, jump) for jump in (0, 20, -20, 30_000, 0, -HOUR, 0))


def test_a_clock_that_jumps_ahead(doubts):
    """After a jump nothing is deleted until the clock is put right, or has been so for a day."""
    times = Times()
    assert times.after(0)
    assert not times.after(5 * MINUTE, jump=10 * DAY)
    assert not times.after(5 * MINUTE)
    assert times.after(5 * MINUTE, jump=-10 * DAY)
    assert not times.after(5 * MINUTE, jump=2 * HOUR)
    assert not any(times.after(HOUR) for _ in range(23))
    assert times.after(HOUR)
    assert times.after(5 * MINUTE)


def test_a_clock_that_is_wrong_at_the_start(doubts):
    """A server that wakes up days after the newest that it has stored waits a day; the first start does
    not."""
    assert Times().after(0, newest=0)
    times = Times()
    assert not times.after(0, newest=NOON - 3 * DAY)
    assert not times.after(23 * HOUR)
    assert times.after(HOUR)
    back = Times()
    assert not back.after(0, newest=NOON - 3 * DAY)
    assert back.after(HOUR, jump=-3 * DAY)


def test_a_machine_that_slept():
    """Sleep is time that has passed."""
    assert 0 < passed_ms() <= passed_ms()


async def test_sessions_survive(tmp_path, monkeypatch, doubts):
    """With a clock that is ten days ahead at the start everybody is still logged in once it is right."""
    async with running(tmp_path) as app:
        await app.client().register("Ann")
        rows = app.services.db
        guard = ClockGuard(lambda: NOON + 1000 * DAY)
        assert not await guard.believes(app.services)
        assert await count(rows, Session) == 1
        assert await ClockGuard().believes(app.services)


async def test_clocks_that_differ(database, expect_logs):
    """Of several processes one whose clock is ahead of the database's deletes nothing and says so once; one
    alone goes by its own."""
    behind, ahead = (ClockGuard(lambda ms=ms: now_ms() + ms) for ms in (-10 * MINUTE, 10 * MINUTE))
    several = SimpleNamespace(db=database, config=Config(broker=Broker(url="redis://somewhere")))
    alone = SimpleNamespace(db=database, config=Config())
    expect_logs("magpie.housekeeping", "the clock is 600 s ahead of the database's")
    expect_logs("magpie.housekeeping", "the clock is -600 s ahead of the database's")
    assert [await ahead.agrees(app) for app in (several, several, alone)] == [False, False, True]
    assert [await guard.agrees(several) for guard in (behind, ClockGuard())] == [True, True]
    assert len(expect_logs.records) == 2


# --- rounds -----------------------------------------------------------------------------------------------


async def days_ago(app, days: float) -> None:
    """Makes the last round as old."""
    await app.services.db.write(ServerState.update(value=now_ms() - round(days * DAY)).where(ROUND).execute)


async def round_at(app) -> int:
    return await app.services.db.read(ServerState.select(ServerState.value).where(ROUND).scalar)


async def test_it_is_one_process_turn(app):
    """What all share is tidied by whoever comes first, and not again before it is time."""
    await app.client().register()
    await app.services.db.write(Session.update(expires=1).execute)
    assert await housekeeping.tidy(app.services)
    assert await count(app.services.db, Session) == 0
    await app.client().register()
    await app.services.db.write(Session.update(expires=1).execute)
    assert not await housekeeping.tidy(app.services)
    assert await count(app.services.db, Session) == 1
    await days_ago(app, 1)
    assert await housekeeping.tidy(app.services)
    assert await count(app.services.db, Session) == 0


async def test_one_alone_tidies_as_it_starts(app):
    """A server that was stopped and started again does not wait for the rest of a round."""
    await app.client().register()
    assert await housekeeping.tidy(app.services)
    await app.services.db.write(Session.update(expires=1).execute)
    house = asyncio.create_task(housekeeping.keep_house(app.services))
    while await count(app.services.db, Session):
        await asyncio.sleep(0.01)
    house.cancel()


async def test_each_looks_after_its_own(app):
    """The process whose turn it is not says that its open sockets are in use, and looks whether their
    sessions are still there."""
    here, ended = await app.client().register(), await app.client().register()
    assert await housekeeping.tidy(app.services)
    async with here.socket(), ended.socket() as closed:
        await app.services.db.write(Session.update(last_seen=1).execute)
        await app.services.db.write(Session.delete().where(Session.user_id == ended.user_id).execute)
        assert not await housekeeping.tidy(app.services)
        await housekeeping.look_after_own(app.services)
        assert await closed.closed() == 4401
        assert await app.services.db.read(sessions.newest) > 1


async def test_a_long_round_is_said_to_go_on(app, monkeypatch):
    """While the storage takes its time no other process begins the same."""
    began = None

    async def slowly(services):
        nonlocal began
        began = await round_at(app)
        while await round_at(app) == began:
            await asyncio.sleep(0.01)

    monkeypatch.setattr(housekeeping.media, "collect_unattached", slowly)
    assert await housekeeping.tidy(app.services, period_s=0.3)
    assert await round_at(app) > began


async def test_a_round_that_fails(app, monkeypatch, expect_logs):
    """What fails is said in the log, and what comes after it is done."""

    async def fails(services):
        raise RuntimeError("no")

    async def is_away(services):
        raise TryAgain()

    monkeypatch.setattr(housekeeping.media, "collect_unattached", fails)
    monkeypatch.setattr(housekeeping.sessions, "forget_devices", is_away)
    expect_logs("magpie.housekeeping", "fails")
    expect_logs("magpie.housekeeping", "is_away: The server is busy")
    await app.client().register()
    await app.services.db.write(Session.update(expires=1).execute)
    assert await housekeeping.tidy(app.services)
    assert await count(app.services.db, Session) == 0
