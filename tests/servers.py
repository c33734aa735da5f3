"""Real servers for the tests, started once a session from the machine's own binaries.

Each runs on a free loopback port in a temporary folder and is gone afterwards. A missing binary skips the
tests that need it, except under CI=true, where it fails them.
"""

import glob
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from abc import ABC, abstractmethod
from pathlib import Path

import psycopg
import pymysql
import pytest

from database.door import Database
from tests.memory import roomy_folder


class Program(ABC):
    """One running server of another program."""

    binary: str  # what has to be on the machine
    account: str  # the system user it runs as when the tests run as root
    ready: str  # what it prints when it accepts connections
    stop_signal: signal.Signals  # ends it at once; its data are thrown away

    def __init__(self):
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="magpie-", dir=roomy_folder()))
        self.identity = identity(self.account)
        #: Two MariaDBs that begin at once take the same names in one folder of temporary files.
        self.environment = {**os.environ, "TMPDIR": str(self.folder)}
        if "user" in self.identity:
            os.chown(self.folder, self.identity["user"], self.identity["group"])
        self.said: list[str] = []
        self.prepare()
        self.start()

    def start(self) -> None:
        """Runs it, for the first time or again, at the same port on the same data."""
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            **self.identity,
        )
        self.started = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.started.wait(60) or self.process.poll() is not None:
            self.stop()
            raise RuntimeError(f"{self.binary} did not start:\n" + "".join(self.said[-20:]))

    def prepare(self) -> None:
        """Lay out the data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """What to run; it stays in the foreground and logs to its standard output."""

    def call(self, *command: str) -> None:
        """Run a program of the server's to its end, as the server's user."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            **self.identity,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")

    def end(self) -> None:
        """Ends it at once; `start` brings it back."""
        self.process.send_signal(self.stop_signal)
        self.process.wait(30)
        self.reader.join(30)
        self.process.stdout.close()

    def stop(self) -> None:
        self.end()
        shutil.rmtree(self.folder)

    def _read(self) -> None:
        for line in self.process.stdout:
            self.said.append(line)
            if self.ready in line:
                self.started.set()
        self.started.set()


class DatabaseServer(Program):
    """`create()`, `create_migrated()` and `drop()` make and remove a database in it."""

    def __init__(self):
        self.names = (f"magpie_{number}" for number in itertools.count(1))
        self.migrated = ""  # of which databases with a schema are copies
        super().__init__()

    @abstractmethod
    def execute(self, sql: str) -> None:
        """Run one statement as the administrator."""

    @abstractmethod
    def url(self, name: str) -> str:
        """The database's address as in `database.url`."""

    def create(self) -> str:
        """A new empty database; returns its name."""
        name = next(self.names)
        self.execute(f"CREATE DATABASE {name}")
        return name

    def create_migrated(self) -> str:
        """A new database with today's schema, as the migrations make it; returns its name."""
        if not self.migrated:
            self.migrated = self.create()
            Database(self.url(self.migrated), workers=1).migrate()
        return self.copy(self.migrated)

    @abstractmethod
    def copy(self, name: str) -> str:
        """A new database with the tables and rows of another one; returns its name."""

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name}")


class MariaDB(DatabaseServer):
    binary = "mariadbd"
    account = "mysql"
    ready = "ready for connections"
    stop_signal = signal.SIGKILL

    def prepare(self) -> None:
        self.call(
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={self.folder}/data",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        )
        (self.folder / "init.sql").write_text(
            "CREATE USER magpie@'127.0.0.1' IDENTIFIED BY 'magpie';\n"
            "GRANT ALL ON *.* TO magpie@'127.0.0.1' WITH GRANT OPTION;\n"
        )

    def command(self) -> list[str]:
        return [
            shutil.which(self.binary),
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--socket={self.folder}/socket",
            f"--pid-file={self.folder}/pid",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            f"--init-file={self.folder}/init.sql",
            "--innodb-log-file-size=32M",
            "--innodb-buffer-pool-size=64M",
            "--performance-schema=off",
        ]

    def connect(self, name: str | None = None) -> pymysql.Connection:
        """The administrator's, to the database if one is named. Without TLS, for which PyMySQL reads the
        machine's whole list of authorities."""
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="magpie",
            password="magpie",
            database=name,
            autocommit=True,
            ssl_disabled=True,
        )

    def execute(self, sql: str) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql)

    def url(self, name: str) -> str:
        return f"mysql://magpie:magpie@127.0.0.1:{self.port}/{name}"

    def create(self) -> str:
        name = next(self.names)
        self.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name

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


class PostgreSQL(DatabaseServer):
    binary = "postgres"
    account = "postgres"
    ready = "ready to accept connections"
    stop_signal = signal.SIGQUIT

    def prepare(self) -> None:
        self.call(
            str(postgresql_bin() / "initdb"),
            "-D",
            f"{self.folder}/data",
            "-U",
            "magpie",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )

    def command(self) -> list[str]:
        return [
            str(postgresql_bin() / "postgres"),
            "-D",
            f"{self.folder}/data",
            "-p",
            str(self.port),
            "-k",
            str(self.folder),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "shared_buffers=32MB",
            "-c",
            "fsync=off",
        ]

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def copy(self, name: str) -> str:
        copied = next(self.names)
        self.execute(f"CREATE DATABASE {copied} TEMPLATE {name} STRATEGY FILE_COPY")
        return copied

    def url(self, name: str) -> str:
        return f"postgresql://magpie:magpie@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def identity(account: str) -> dict:
    """Arguments for subprocess: the server's own user when we are root, for no database server runs as
    root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def postgresql_bin() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; Debian keeps them off the PATH."""
    if found := shutil.which("postgres"):
        return Path(found).parent
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    return max((Path(folder) for folder in folders), key=lambda path: float(path.parent.name), default=None)


def running(kind: type[Program], found):
    """Yield a started server, or skip (fail in CI) when its binary is not on this machine."""
    if not found:
        missing = f"{kind.binary} is not installed on this machine"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    server = kind()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb():
    """A running MariaDB."""
    yield from running(MariaDB, shutil.which(MariaDB.binary))


@pytest.fixture(scope="session")
def postgresql():
    """A running PostgreSQL."""
    yield from running(PostgreSQL, postgresql_bin())
