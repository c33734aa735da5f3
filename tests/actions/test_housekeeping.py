"""What is deleted for its age is not deleted by a clock that is wrong."""

import pytest

from actions.housekeeping import ClockGuard, passed_ms
from models.tables import Session
from tests.app import running
from tests.models.people import count

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = 1_800_000_000_000


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
