"""Real servers for the tests, started once a session from the machine's own binaries.

Each runs on a free loopback port in a temporary folder and is gone afterwards. A missing binary skips the
tests that need it, except under CI=true, where it fails them.
"""

import os

import pytest

from bench.run import databases
from bench.run.programs import Program, free_port
from database.door import Database
from tests.memory import roomy_folder

__all__ = ["DatabaseServer", "MariaDB", "PostgreSQL", "Program", "free_port", "roomy_folder", "running"]


class DatabaseServer(databases.DatabaseServer):
    """`create_migrated()` makes a database with today's schema, too. Nothing in it has to last."""

    def __init__(self):
        self.migrated = ""  # of which databases with a schema are copies
        super().__init__(roomy_folder(), durable=False)

    def create_migrated(self) -> str:
        """A new database with today's schema, as the migrations make it; returns its name."""
        if not self.migrated:
            self.migrated = self.create()
            Database(self.url(self.migrated), workers=1).migrate()
        return self.copy(self.migrated)

    def copy(self, name: str) -> str:
        """A new database with the tables and rows of another one; returns its name."""
        raise NotImplementedError


class MariaDB(DatabaseServer, databases.MariaDB):
    def copy(self, name: str) -> str:
        copied = self.create()
        with self.connect(name) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW TABLES")
            tables = [table for (table,) in cursor.fetchall()]
            cursor.execute(f"USE {copied}")
            for table in tables:
                cursor.execute(f"SHOW CREATE TABLE {name}.`{table}`")
                cursor.execute(cursor.fetchone()[1])
                cursor.execute(f"INSERT INTO `{table}` SELECT * FROM {name}.`{table}`")
        return copied


class PostgreSQL(DatabaseServer, databases.PostgreSQL):
    def copy(self, name: str) -> str:
        copied = next(self.names)
        self.execute(f"CREATE DATABASE {copied} TEMPLATE {name} STRATEGY FILE_COPY")
        return copied


def need(name: str, found) -> None:
    """Skips (fails in CI) a test when a program is not on this machine."""
    if not found:
        missing = f"{name} is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)


def running(kind: type[Program], found, *arguments):
    """Yield a server started with these arguments, or skip (fail in CI) when its binary is missing."""
    need(kind.binary, found)
    server = kind(*arguments)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb():
    """A running MariaDB."""
    yield from running(MariaDB, MariaDB.installed())


@pytest.fixture(scope="session")
def postgresql():
    """A running PostgreSQL."""
    yield from running(PostgreSQL, PostgreSQL.installed())
