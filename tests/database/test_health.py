"""A database that is known to be away, or full, is not asked by everybody."""

import os
from collections import namedtuple

import peewee
import psycopg
import pymysql
import pytest

from database.base import TRANSIENT
from database.dialect import MySql, Postgresql, Sqlite
from database.disk import Disk
from database.health import Health
from models.tables import ServerState
from protocol.errors import DiskFull, Refused, TryAgain

FileSystem = namedtuple("FileSystem", "f_blocks f_frsize f_bavail")


class Clock:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


async def no(refusal):
    raise refusal


async def yes():
    return 7


async def test_one_tries_for_all():
    """After a failure with nothing working since, everybody is refused at once but the one that tries; when
    that works, all go on."""
    clock = Clock()
    health = Health(8.0, clock)
    clock.now += 1
    with pytest.raises(TryAgain):
        await health.ask(no, TryAgain())
    health.admit()  # this one tries
    for _ in range(5):
        with pytest.raises(TryAgain):
            await health.ask(yes)
    assert health.stats("db_reads") == {"db_reads_away": 1, "db_reads_refused": 5}
    clock.now += 10  # whoever tried has never come back
    assert await health.ask(yes) == 7
    assert await health.ask(yes) == 7
    assert health.stats("db_reads")["db_reads_away"] == 0


async def test_one_slow_call_is_not_an_outage():
    """A call that fails while others work, and one that is refused by a rule, harm nobody else."""
    clock = Clock()
    health = Health(8.0, clock)
    with pytest.raises(Refused):
        await health.ask(no, Refused())
    begun = clock()
    assert await health.ask(yes) == 7
    health.failed(begun, TryAgain())
    assert health.refusal is None


async def test_a_full_disk_is_told_of(expect_logs):
    """Whoever runs the server reads once that the disk is full; callers are told the reason."""
    expect_logs("magpie.database", "the disk is full")
    health = Health(8.0)
    for _ in range(3):
        with pytest.raises(DiskFull):
            await health.ask(no, DiskFull())
    health.admit()
    with pytest.raises(DiskFull, match="disk is full"):
        health.admit()
    assert await no_longer_full(health)


async def no_longer_full(health):
    health.worked()
    return await health.ask(yes) == 7


def test_what_is_kept_free(tmp_path, monkeypatch):
    """So many bytes stay free, on a small disk a twentieth of it; a file system that can't say is not
    full."""
    real = Disk(tmp_path, 1)
    assert not real.nearly_full()
    free = {"blocks": 0}
    monkeypatch.setattr(os, "statvfs", lambda path: FileSystem(1000, 4096, free["blocks"]))
    disk = Disk(tmp_path, 1 << 30)
    assert disk.nearly_full()
    free["blocks"] = 50  # a twentieth of 1000
    assert not disk.nearly_full()
    free["blocks"] = 49
    assert disk.nearly_full()
    assert not Disk(tmp_path, 100_000).nearly_full()

    def gone(path):
        raise OSError

    monkeypatch.setattr(os, "statvfs", gone)
    assert not Disk(tmp_path, 1 << 30).nearly_full()


async def test_what_deletes_may_use_the_last(database, monkeypatch):
    """While the disk is nearly full nothing new is stored, and what ends or deletes something still works."""

    class Full:
        def nearly_full(self):
            return True

    monkeypatch.setattr(database, "_disk", Full())
    monkeypatch.setattr("database.health.logger.error", lambda text: None)
    row = ServerState.insert(name="n", value=1)
    with pytest.raises(DiskFull):
        await database.write(row.execute)
    await database.write_always(row.execute)
    assert await database.read(ServerState.select().where(ServerState.name == "n").count) == 1
    await database.write_always(ServerState.delete().where(ServerState.name == "n").execute)


@pytest.mark.parametrize(
    "dialect, error",
    [
        (Sqlite(), peewee.OperationalError("database or disk is full")),
        (MySql(), pymysql.OperationalError(1021, "Disk full (/tmp); waiting for someone to free some space")),
        (MySql(), pymysql.OperationalError(1114, "The table 'message' is full")),
        (Postgresql(), psycopg.errors.DiskFull("could not extend file")),
    ],
)
def test_what_databases_call_a_full_disk(dialect, error):
    """Each database's own word for it is understood, as Peewee hands it on; another error is none."""
    with pytest.raises(peewee.OperationalError) as raised, peewee.__exception_wrapper__:
        raise error
    assert dialect.says_full(raised.value)
    assert not dialect.says_full(peewee.OperationalError("server has gone away"))


@pytest.mark.parametrize(
    "dialect, error",
    [
        (MySql(), pymysql.OperationalError(1290, "running with the --read-only option")),
        (MySql(), pymysql.OperationalError(1792, "Cannot execute statement in a READ ONLY transaction")),
        (MySql(), pymysql.OperationalError(1836, "Running in read-only mode")),
        (Postgresql(), psycopg.errors.ReadOnlySqlTransaction("cannot execute UPDATE")),
    ],
)
def test_what_databases_call_read_only(dialect, error):
    """Each database's own word for it is understood, and passes; another error is none."""
    with pytest.raises(TRANSIENT) as raised, peewee.__exception_wrapper__:
        raise error
    assert dialect.says_read_only(raised.value)
    assert not dialect.says_read_only(peewee.OperationalError("server has gone away"))
    assert not Sqlite().says_read_only(raised.value)
