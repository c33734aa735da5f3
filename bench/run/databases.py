"""MariaDB and PostgreSQL of this machine, each with data of its own that is gone when it is stopped."""

import glob
import itertools
import shutil
import signal
from abc import abstractmethod
from pathlib import Path

import psycopg
import pymysql

from bench.run.programs import Program


class DatabaseServer(Program):
    """`create()` and `drop()` make and remove a database in it. `durable`: a COMMIT is on the disk, as where
    people keep what they write; otherwise it is as quick as it can be."""

    def __init__(self, parent: str | None = None, durable: bool = True) -> None:
        self.names = (f"magpie_{number}" for number in itertools.count(1))
        self.durable = durable
        super().__init__(parent)

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
            str(shutil.which(self.binary)),
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--socket={self.folder}/socket",
            f"--pid-file={self.folder}/pid",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            f"--init-file={self.folder}/init.sql",
            *self.sizes(),
            "--performance-schema=off",
        ]

    def sizes(self) -> list[str]:
        """Small where nothing has to last, so that it begins soon; else its own."""
        return [] if self.durable else ["--innodb-log-file-size=32M", "--innodb-buffer-pool-size=64M"]

    def connect(self, name: str | None = None) -> "pymysql.Connection[pymysql.cursors.Cursor]":
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


class PostgreSQL(DatabaseServer):
    binary = "postgres"
    account = "postgres"
    ready = "ready to accept connections"
    stop_signal = signal.SIGQUIT

    @classmethod
    def installed(cls) -> bool:
        return postgresql_bin() is not None

    def _program(self, name: str) -> str:
        folder = postgresql_bin()
        assert folder is not None
        return str(folder / name)

    def prepare(self) -> None:
        access = ["-U", "magpie", "-A", "trust"]
        text = ["-E", "UTF8", "--locale=C.UTF-8"]
        self.call(self._program("initdb"), "-D", f"{self.folder}/data", *access, *text, "--no-sync")

    def command(self) -> list[str]:
        settings = ["listen_addresses=127.0.0.1"]
        if not self.durable:
            settings += ["shared_buffers=32MB", "fsync=off"]
        where = ["-D", f"{self.folder}/data", "-p", str(self.port), "-k", str(self.folder)]
        return [self._program("postgres"), *where, *(part for one in settings for part in ("-c", one))]

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.encode())

    def url(self, name: str) -> str:
        return f"postgresql://magpie:magpie@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def postgresql_bin() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; Debian keeps them off the PATH."""
    if found := shutil.which("postgres"):
        return Path(found).parent
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    return max((Path(folder) for folder in folders), key=lambda path: float(path.parent.name), default=None)
