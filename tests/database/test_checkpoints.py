"""SQLite's write-ahead log is carried over beside the writers, and does not grow without end."""

import asyncio

import pytest

from database import checkpoints
from database.door import Database
from models.tables import ServerState


def put(name, value):
    ServerState.insert(name=name, value=value).execute()


@pytest.fixture
def hasty(monkeypatch):
    """Checkpoints that come often, of a log that is long at once."""
    monkeypatch.setattr(checkpoints, "_PERIOD_S", 0.005)
    monkeypatch.setattr(checkpoints, "_SMALL_PAGES", 10)
    monkeypatch.setattr(checkpoints, "_LARGE_PAGES", 10)


async def test_beside_busy_writers(tmp_path, hasty):
    """While people write without a pause the log begins anew again and again; nobody is refused, and all is
    there afterwards."""
    database = Database(f"sqlite:///{tmp_path}/magpie.db")
    database.migrate()
    database.serve()
    names = [f"n{i}" for i in range(4000)]
    for start in range(0, len(names), 20):
        await asyncio.gather(*(database.write(put, name, 1) for name in names[start : start + 20]))
        if start % 1000 == 0:
            await asyncio.sleep(0.01)
    while not database.stats()["db_wal_anew"]:
        more = [f"n{len(names) + i}" for i in range(20)]
        names += more
        await asyncio.gather(*(database.write(put, name, 1) for name in more))
    assert (tmp_path / "magpie.db-wal").stat().st_size < 4 << 20
    assert await database.read(ServerState.select().count) >= len(names)
    check = await database.read(lambda: database.peewee.execute_sql("PRAGMA integrity_check").fetchall())
    assert check == [("ok",)]
    await database.close()
    assert not (tmp_path / "magpie.db-wal").exists()


async def test_beside_a_program_that_reads(tmp_path, hasty):
    """A reader that holds an old state for long keeps neither writers nor the end of the server waiting."""
    database = Database(f"sqlite:///{tmp_path}/magpie.db", deadline_s=20)
    database.migrate()
    database.serve()
    with database.peewee.connection_context(), database.peewee.atomic("DEFERRED"):
        before = ServerState.select().count()
        for start in range(0, 600, 20):
            await asyncio.gather(*(database.write(put, f"n{start + i}", 1) for i in range(20)))
        assert ServerState.select().count() == before
    assert await database.read(ServerState.select().count) == before + 600
    await database.close()
