"""Databases for the tests, on SQLite, MariaDB and PostgreSQL in turn: empty, or with today's schema.

The migrations make the schema once in a session; each test gets a copy of it.
"""

import tempfile
from functools import cache
from pathlib import Path

import pytest

from database.door import Database
from tests.memory import roomy_folder

KINDS = ["sqlite", "mariadb", "postgresql"]


@pytest.fixture(params=KINDS)
def database_url(request, tmp_path):
    """The address of a new empty database, on each of the three in turn; for servers started as a process."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/magpie.db"
        return
    server = request.getfixturevalue(request.param)
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=KINDS)
def migrated_url(request, tmp_path):
    """The address of a new database with today's schema and no rows, on each of the three in turn."""
    if request.param == "sqlite":
        (tmp_path / "magpie.db").write_bytes(migrated_file())
        yield f"sqlite:///{tmp_path}/magpie.db"
        return
    server = request.getfixturevalue(request.param)
    name = server.create_migrated()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(migrated_url, io_loop):
    """An open, migrated and empty `database.door.Database`, on each of the three in turn."""
    opened = Database(migrated_url, workers=2)
    yield opened
    io_loop.run_sync(opened.close)


@cache
def migrated_file() -> bytes:
    """SQLite's file of a database with today's schema and no rows."""
    with tempfile.TemporaryDirectory(dir=roomy_folder()) as folder:
        Database(f"sqlite:///{folder}/magpie.db", workers=1).migrate()
        return Path(folder, "magpie.db").read_bytes()
