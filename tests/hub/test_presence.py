"""Presence: who is announced as come or gone, and when; the clock is the test's."""

import asyncio

import pytest

import hub.presence
from hub.audience import Look
from tests.hub.process import Process

NOTHING = Look(0, 0, friends=False)


@pytest.fixture
def process(io_loop, monkeypatch):
    monkeypatch.setattr(hub.presence, "_PERIOD_S", 3600)  # a test says when a second is over

    async def make() -> Process:
        return Process()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.hub.close)


async def test_who_comes_is_announced_together(process):
    """All who come within a second are announced at once, a second connection of the same person not at
    all."""
    for user_id in (1, 2, 3):
        process.connect(user_id)
    assert await process.second() == [{1: 1, 2: 1, 3: 1}]
    process.connect(1)
    assert await process.second() == []


async def test_who_goes_is_announced_after_a_while(process):
    """Somebody whose last connection has ended is online for five seconds more, then everybody is told."""
    watcher, phone, laptop = process.connect(9), process.connect(1), process.connect(1)
    await process.second()
    process.disconnect(phone)
    assert await process.second(60) == []
    process.disconnect(laptop)
    assert await process.second(4.9) == [] and process.hub.online(1)
    assert await process.second(0.2) == [{1: 0}] and not process.hub.online(1)
    assert await process.second(60) == [] and process.hub.online(watcher.user_id)


async def test_who_is_back_in_time_was_never_away(process):
    """A connection that is lost and made anew is nobody's business."""
    process.connect(9)
    phone = process.connect(1)
    await process.second()
    for _ in range(3):
        process.disconnect(phone)
        assert await process.second(4) == [] and process.hub.online(1)
        phone = process.connect(1)
        assert await process.second(4) == []


async def test_who_looks_in_for_a_moment(process):
    """Somebody who comes and goes at once is announced as both, in this order."""
    process.connect(9)
    await process.second()
    process.disconnect(process.connect(1))
    assert await process.second() == [{1: 1}]
    assert await process.second(5) == [{1: 0}]


async def test_a_door_that_did_not_open(process):
    """A connection that never got in was not online."""
    process.connect(9)
    await process.second()
    process.disconnect(process.register(1))
    assert not process.hub.online(1) and await process.second(9) == []


async def test_a_storm_comes_in_portions(process, monkeypatch):
    """After a restart thousands come at once: each second as many are announced as a second should cost, in
    turn."""
    monkeypatch.setattr(hub.presence, "_MOST", 1000)
    connections = [process.connect(user_id) for user_id in range(1, 2501)]
    portions = [await process.second() for _ in range(4)]
    assert [[len(changes) for changes in portion] for portion in portions] == [[1000], [1000], [500], []]
    process.disconnect(*connections[:1500])
    portions = [await process.second(5) for _ in range(3)]
    assert [[len(changes) for changes in portion] for portion in portions] == [[1000], [500], []]


async def test_one_announcement_at_a_time(process):
    """While the database is slow, who comes meanwhile waits for the next announcement."""
    process.free.clear()
    process.connect(1)
    assert await process.second() == [{1: 1}]
    process.connect(2)
    process.connect(3)
    assert await process.second() == []
    process.free.set()
    await asyncio.sleep(0)
    assert await process.second() == [{2: 1, 3: 1}]


async def test_nobody_looks(process):
    """While nobody could see it nothing is asked or told, and nothing piles up."""
    pages, classic = [process.connect(user_id) for user_id in range(1, 1501)], process.connect(2000, v2=False)
    for page in pages:
        process.hub.look(page, NOTHING)
    assert await process.second() == []
    process.hub.look(pages[0], Look(0, 0, friends=True))
    process.disconnect(classic)
    assert await process.second() == []
    assert await process.second(5) == [{2000: 0}]


async def test_a_failure_is_logged_and_over(process, expect_logs):
    """An announcement that fails is one line in the log; the next goes out."""

    async def fail(changes):
        raise ZeroDivisionError

    expect_logs("magpie.presence", "announcing 1 people")
    process.hub.announcer.start(fail)
    process.connect(1)
    await process.second()
    process.hub.announcer.start(process._announce)
    process.connect(2)
    assert await process.second() == [{2: 1}]


async def test_the_second_comes_by_itself(process, monkeypatch):
    """Nobody has to ask for the announcement."""
    monkeypatch.setattr(hub.presence, "_PERIOD_S", 0.001)
    told = asyncio.get_running_loop().create_future()

    async def announce(changes):
        told.set_result(changes)

    process.hub.announcer.start(announce)
    process.connect(1)
    assert await told == {1: 1}
