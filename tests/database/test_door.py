"""The door to the database: one transaction a call, whatever others do at the same time."""

import asyncio
from contextlib import contextmanager

import peewee
import pytest

from models.tables import ServerState
from protocol.errors import Refused, TryAgain


def put(name, value):
    ServerState.insert(name=name, value=value).execute()
    return value


def put_and_refuse(name):
    put(name, 1)
    raise Refused("不行", "No")


async def names(database):
    """Those that tests have put, and nothing of what is there from the start."""
    rows = await database.read(lambda: list(ServerState.select(ServerState.name).tuples()))
    return {name for (name,) in rows if name == "taken" or len(name) <= 3}


@pytest.fixture
def commits(database, monkeypatch):
    """How many writing transactions were begun."""
    begun, real = [], database.writing

    @contextmanager
    def write():
        begun.append(True)
        with real():
            yield

    monkeypatch.setattr(database, "writing", write)
    return begun


async def test_writes_at_once_are_all_done(database, commits):
    """A hundred people who write at once all get their own result; on SQLite they share a few commits."""
    results = await asyncio.gather(*(database.write(put, f"n{i}", i) for i in range(100)))
    assert results == list(range(100))
    assert len(await names(database)) == 100
    assert len(commits) < 20 if database.dialect.single_writer else len(commits) >= 100


async def test_a_refusal_is_for_one(database):
    """What a refused call had written is undone; the calls beside it are not touched."""
    calls = [put_and_refuse if i % 3 == 0 else put for i in range(30)]
    results = await asyncio.gather(
        *(
            database.write(call, f"n{i}", *([] if call is put_and_refuse else [i]))
            for i, call in enumerate(calls)
        ),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [
        Refused if call is put_and_refuse else int for call in calls
    ]
    assert await names(database) == {f"n{i}" for i, call in enumerate(calls) if call is put}


async def test_a_fault_is_for_one(database):
    """A row that the database does not take fails for its caller alone."""
    await database.write(put, "taken", 1)
    results = await asyncio.gather(
        database.write(put, "a", 1),
        database.write(put, "taken", 2),
        database.write(put, "b", 3),
        return_exceptions=True,
    )
    assert (results[0], type(results[1]), results[2]) == (1, peewee.IntegrityError, 3)
    assert await names(database) == {"taken", "a", "b"}


async def test_a_commit_that_fails_once(database, monkeypatch):
    """Writes whose transaction broke are made again, once each."""
    real, broken = database.writing, []

    @contextmanager
    def write():
        with real():
            yield
            if not broken:
                broken.append(True)
                raise peewee.OperationalError("deadlock")

    monkeypatch.setattr(database, "writing", write)
    assert await asyncio.gather(*(database.write(put, f"n{i}", i) for i in range(10))) == list(range(10))
    assert broken and len(await names(database)) == 10


async def test_a_database_that_stays_away(database, monkeypatch, expect_logs):
    """Callers are told to try again, and are served when it is back."""
    expect_logs("magpie.database", "put failed: can't connect")
    monkeypatch.setattr("database.door._FIRST_PAUSE", 0)

    @contextmanager
    def gone():
        raise peewee.OperationalError("can't connect")
        yield

    with monkeypatch.context() as away:
        away.setattr(database, "writing", gone)
        results = await asyncio.gather(
            *(database.write(put, f"n{i}", i) for i in range(3)), return_exceptions=True
        )
    assert [type(result) for result in results] == [TryAgain] * 3
    assert await database.write(put, "n0", 0) == 0


async def test_who_stops_waiting(database):
    """A caller that gives up does no harm to those who wait with it."""
    tasks = [asyncio.ensure_future(database.write(put, f"n{i}", i)) for i in range(10)]
    await asyncio.sleep(0)
    tasks[5].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result for i, result in enumerate(results) if i != 5] == [i for i in range(10) if i != 5]
