"""Readers, writers and those who read much do not wait for each other, and nobody waits for ever."""

import asyncio
import threading

import pytest

from database.dialect import MySql
from database.door import Database
from database.lane import Lane
from models.tables import ServerState
from protocol.errors import TryAgain

#: A statement that does not end by itself; MariaDB would bound its iterations.
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"


def number(name):
    return ServerState.select(ServerState.value).where(ServerState.name == name).scalar()


@pytest.fixture
def hurried(migrated_url, io_loop):
    """A database whose calls may take half a second, with one reader and one writer."""
    opened = Database(migrated_url, workers=1, deadline_s=0.5)
    yield opened
    io_loop.run_sync(opened.close)


async def test_a_read_sees_one_state(database):
    """Whatever is written meanwhile, all queries of one read see the same rows."""
    await database.write(ServerState.insert(name="n", value=1).execute)
    first, written = threading.Event(), threading.Event()

    def read():
        before = number("n")
        first.set()
        written.wait(10)
        return before, number("n")

    reading = asyncio.create_task(database.read(read))
    await asyncio.to_thread(first.wait, 10)
    await database.write(ServerState.update(value=2).where(ServerState.name == "n").execute)
    written.set()
    assert await reading == (1, 1)
    assert await database.read(number, "n") == 2


@pytest.mark.parametrize("busy", ["write", "read_much"])
async def test_reads_stand_behind_nobody(database, busy):
    """While every writer, or everybody who reads much, is held up, a read is answered."""
    end = threading.Event()
    held = [asyncio.create_task(getattr(database, busy)(end.wait, 10)) for _ in range(20)]
    await asyncio.sleep(0)
    assert await database.read(number, "epoch") > 0
    assert not any(task.done() for task in held)
    end.set()
    await asyncio.gather(*held)


@pytest.mark.parametrize("call", ["read", "read_much", "write"])
async def test_nobody_waits_for_ever(hurried, call, expect_logs):
    """Who waits longer than the deadline is told to try again, also in line behind the one that hangs;
    afterwards all goes on."""
    # PostgreSQL took it back meanwhile, and says so or just hangs up, as it happens.
    expect_logs("magpie.database", "wait failed", required=False)
    end = threading.Event()
    results = await asyncio.gather(
        *(getattr(hurried, call)(end.wait, 10) for _ in range(4)), return_exceptions=True
    )
    assert [type(result) for result in results] == [TryAgain] * 4
    end.set()
    assert await getattr(hurried, call)(number, "epoch") > 0


async def test_a_statement_that_does_not_end(hurried, expect_logs):
    """A query that takes too long is stopped in the database, too, so that its thread is free again."""
    expect_logs("magpie.database", "execute_sql failed", required=False)
    endless = "SELECT SLEEP(20)" if isinstance(hurried.dialect, MySql) else _ENDLESS
    with pytest.raises(TryAgain):
        await hurried.read(hurried.peewee.execute_sql, endless)
    async with asyncio.timeout(10):
        while True:
            try:
                assert await hurried.read(number, "epoch") > 0
                return
            except TryAgain:
                pass


async def test_each_has_a_deadline_of_its_own(hurried):
    """Calls that came one after another are given up one after another, and one that comes when the first is
    given up has its whole time."""
    end, begun, ends = threading.Event(), asyncio.get_running_loop().time(), []

    async def wait_in_vain(pause_s):
        await asyncio.sleep(pause_s)
        with pytest.raises(TryAgain):
            await hurried._heavy.run(end.wait, 10)
        ends.append(round(asyncio.get_running_loop().time() - begun, 1))

    await asyncio.gather(*(wait_in_vain(pause_s) for pause_s in (0, 0.2, 0.4)))
    end.set()
    assert ends == sorted(ends) and ends[0] >= 0.5 and ends[1] >= 0.7 and ends[2] >= 0.9


async def test_who_has_gone_is_not_called_for(hurried):
    """A call that was cancelled before a thread was free is never made."""
    end, made = threading.Event(), []
    busy = [asyncio.create_task(hurried._heavy.run(end.wait, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    gone = asyncio.create_task(hurried._heavy.run(made.append, 1))
    await asyncio.sleep(0)
    gone.cancel()
    end.set()
    await asyncio.gather(*busy)
    assert await hurried._heavy.run(len, made) == 0


async def test_as_few_threads_as_will_do(database):
    """Calls one after another are all made by one thread; what waits for none has another one."""
    first = {await database._heavy.run(threading.get_ident) for _ in range(20)}
    assert len(first) == 1
    end = threading.Event()
    held = asyncio.create_task(database._heavy.run(end.wait, 10))
    await asyncio.sleep(0)
    assert await database._heavy.run(threading.get_ident)
    end.set()
    assert await held


async def test_a_lane_that_ends_while_a_call_is_under_way():
    """Each thread leaves its connection, also one that is still at work for a caller who has gone; no other
    is begun."""
    lane, at_work, go_on = Lane("x", 4, 10, lambda thread_id: None), threading.Event(), threading.Event()
    there, left = set(), []

    def work():
        there.add(threading.get_ident())
        at_work.set()
        go_on.wait(10)

    calling = asyncio.create_task(lane.run(work))
    await asyncio.to_thread(at_work.wait, 10)
    calling.cancel()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    await lane.close(lambda: left.append(threading.get_ident()))
    assert left == [*there]
