"""All that differs between the databases: how each is opened, begins, locks, and takes many rows at once."""

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

import peewee
from playhouse.db_url import parse

from database import functions, patience, reasons
from database.mysql import MySqlDatabase, take_claim
from database.sqlite import PRAGMAS, json_pairs, path_of, readable

#: Seconds in which a connection to a database server has to be there.
_CONNECT_S = 5
#: Seconds without a word after which the database takes a claim back.
CLAIM_SILENCE_S = 60
#: The claim's number among a PostgreSQL database's advisory locks: "magpie".
_CLAIM_KEY = 0x6D6167706965
#: PostgreSQL takes 65535 parameters in a statement; a message has 15.
_POSTGRESQL_ROWS = 1000

#: One row, in the order of its columns.
Values = tuple[object, ...]


class Dialect(ABC):
    """One kind of database.

    `single_writer`: there is one writer at a time, so whoever writes waits in line in this process.
    `commits_get_lost`: the answer to a COMMIT can be lost on the way, so that nobody knows whether it
    happened. `reading`, `writing`: how a transaction begins, as arguments of Peewee's `atomic`. A reading one
    sees one state from its first to its last query. `locking`: the end of a SELECT that keeps the rows it
    finds from changing until the transaction ends. `partial_indexes`: an index may be for some rows only.
    `numbers_in`: what stands behind IN when a list of numbers is one parameter, which `numbers` makes; ""
    where each is a parameter of its own. `by_code_points`: the collation in which texts with the same
    beginning stand together, "" where it is every column's.
    """

    schemes: Sequence[str]
    single_writer = False
    partial_indexes = True
    numbers_in = by_code_points = ""
    commits_get_lost = True
    reading: Sequence[str] = ("REPEATABLE READ",)
    writing: Sequence[str] = ()
    locking = " FOR UPDATE"

    def numbers(self, values: Sequence[int]) -> object:
        """The parameter of `numbers_in`."""
        return list(values)

    @abstractmethod
    def open(self, url: str, deadline_s: float) -> peewee.Database:
        """The database at `url`; no statement waits longer than `deadline_s` as far as the driver can tell. A
        transaction of whose process nothing is heard for as long is taken back where the server can do that:
        it would keep all others from writing, for hours when a machine has lost its power."""

    def locked(self, query: peewee.ModelSelect) -> peewee.ModelSelect:
        """`query`, locking what it finds."""
        return query.for_update() if self.locking else query

    def among(self, column: str, numbers: Sequence[int]) -> tuple[str, Sequence[object]]:
        """The condition that `column` is one of these, and its parameters: one text for any number of them
        where the driver makes a statement anew for each text."""
        if self.numbers_in:
            return f"{column} IN {self.numbers_in}", (self.numbers(numbers),)
        return f"{column} IN ({', '.join(['%s'] * len(numbers))})", numbers

    def pairs_among(self, columns: str, pairs: Sequence[tuple[int, int]]) -> tuple[str, Sequence[object]]:
        """The same for two columns, ``a, b``, and pairs."""
        marks = ", ".join(["(%s, %s)"] * len(pairs))
        return f"({columns}) IN ({marks})", [number for pair in pairs for number in pair]

    def insert(self, cursor: object, sql_of: Callable[[int], str], rows: Sequence[Values]) -> None:
        """Inserts `rows` as cheaply as the driver can. `sql_of(n)` is the statement for n rows."""
        if rows:
            cursor.executemany(sql_of(1), rows)  # type: ignore[attr-defined]

    def update(self, cursor: object, sql: str, rows: Sequence[Values]) -> None:
        """One statement for each of `rows`."""
        if rows:
            cursor.executemany(sql, rows)  # type: ignore[attr-defined]

    def raise_number(self, database: peewee.Database, name: str, count: int) -> int:
        """Adds `count` to a number of `server_state` and returns the sum. Its row stays locked."""
        sql = f"UPDATE server_state SET value = value + {database.param} WHERE name = {database.param}"
        return int(database.execute_sql(f"{sql} RETURNING value", (count, name)).fetchone()[0])

    def clock(self, database: peewee.Database) -> int:
        """The database's time (ms)."""
        return int(time.time() * 1000)  # a file has its machine's

    def complete(self, database: peewee.Database) -> None:
        """At the start: makes what a database whose rows alone were restored may be without."""

    def interrupt(self, connection: object) -> None:
        """Ends what `connection` is doing in another thread, where a driver can do that."""

    def soften(self, connection: object, error: Exception) -> bool:
        """Whether `connection` can read now, as far as it is readable, what it could not for `error`."""
        return False

    def file_of(self, url: str) -> Path | None:
        """Where the rows are, when that is a file of this machine."""
        return None

    @abstractmethod
    def says_full(self, error: BaseException) -> bool:
        """Whether `error` means that the database's disk is full."""

    def says_read_only(self, error: BaseException) -> bool:
        """Whether `error` means that this server takes no writes, and others may."""
        return False

    def is_read_only(self, database: peewee.Database) -> bool:
        """Whether this thread's connection leads to such a server."""
        return False

    def claim(self, database: peewee.Database, patience_s: float, shared: bool = False) -> bool:
        """Takes the lock of the one server, or `shared` one of those that go together, until this thread's
        connection ends. False when another has it after `patience_s`, or has the other kind."""
        return True


class Sqlite(Dialect):
    """One file. A transaction that reads first and writes later can fail with BUSY_SNAPSHOT whatever the busy
    timeout, so writing takes the write lock at once."""

    schemes = ("sqlite",)
    numbers_in = "(SELECT value FROM json_each(?))"
    single_writer = True
    commits_get_lost = False
    reading = ("DEFERRED",)
    writing = ("IMMEDIATE",)
    locking = ""  # the whole file is ours

    def open(self, url: str, deadline_s: float) -> peewee.Database:
        return peewee.SqliteDatabase(
            path_of(url), timeout=deadline_s, check_same_thread=True, pragmas=PRAGMAS
        )

    def numbers(self, values: Sequence[int]) -> object:
        return f"[{','.join(map(str, values))}]"

    def pairs_among(self, columns: str, pairs: Sequence[tuple[int, int]]) -> tuple[str, Sequence[object]]:
        there = "SELECT CAST(key AS INTEGER), value FROM json_each(?)"
        return f"({columns}) IN ({there})", (json_pairs(pairs),)

    def interrupt(self, connection: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.interrupt()

    def soften(self, connection: object, error: Exception) -> bool:
        """Nothing but SQLite hands out texts that are no UTF-8: of a damaged file, or another program's."""
        if "Could not decode" not in str(error) or not isinstance(connection, sqlite3.Connection):
            return False
        if connection.text_factory is not str:
            return False
        connection.text_factory = readable
        return True

    def file_of(self, url: str) -> Path | None:
        return Path(path_of(url))

    def says_full(self, error: BaseException | None) -> bool:
        # It has rolled back by itself then, which Peewee trips over: the reason is behind that.
        return error is not None and ("disk is full" in str(error) or self.says_full(error.__context__))


class MySql(Dialect):
    """MySQL and MariaDB."""

    schemes = ("mysql",)
    partial_indexes = False

    def raise_number(self, database: peewee.Database, name: str, count: int) -> int:
        sql = "UPDATE server_state SET value = LAST_INSERT_ID(value + %s) WHERE name = %s"
        return int(database.execute_sql(sql, (count, name)).lastrowid)

    def clock(self, database: peewee.Database) -> int:
        sql = "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000"
        return int(database.execute_sql(sql).fetchone()[0])

    def says_full(self, error: BaseException) -> bool:
        return reasons.mysql_says(error, *reasons.MYSQL_FULL)

    def says_read_only(self, error: BaseException) -> bool:
        return reasons.mysql_says(error, *reasons.MYSQL_READ_ONLY)

    def is_read_only(self, database: peewee.Database) -> bool:
        return bool(database.execute_sql("SELECT @@read_only").fetchone()[0])

    def open(self, url: str, deadline_s: float) -> peewee.Database:
        import pymysql.constants.CLIENT as client

        arguments = parse(url, unquote_password=True, unquote_user=True)
        arguments["password"] = arguments.pop("passwd", "")  # the name that PyMySQL knows today
        if "ssl_ca" in arguments:  # who names an authority means it to be asked
            arguments.setdefault("ssl_verify_cert", True)
        return MySqlDatabase(
            **arguments,
            charset="utf8mb4",
            # matched rows, not changed ones, as the other databases count
            client_flag=client.FOUND_ROWS,
            init_command=patience.mysql(deadline_s),
            sql_mode="STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO",
            connect_timeout=_CONNECT_S,
            read_timeout=deadline_s,
            write_timeout=deadline_s,
        )

    def claim(self, database: peewee.Database, patience_s: float, shared: bool = False) -> bool:
        database.execute_sql(f"SET SESSION wait_timeout = {CLAIM_SILENCE_S}")
        return take_claim(database, patience_s, shared)


class Postgresql(Dialect):
    schemes = ("postgresql", "postgres")
    #: Of 500 numbers as parameters the binding takes longer than the query.
    numbers_in = "(SELECT unnest(%s::bigint[]))"
    by_code_points = '"C"'
    reading = ("REPEATABLE READ READ ONLY",)

    def clock(self, database: peewee.Database) -> int:
        sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"
        return int(database.execute_sql(sql).fetchone()[0])

    def among(self, column: str, numbers: Sequence[int]) -> tuple[str, Sequence[object]]:
        return f"{column} = ANY (%s::bigint[])", (list(numbers),)

    def pairs_among(self, columns: str, pairs: Sequence[tuple[int, int]]) -> tuple[str, Sequence[object]]:
        there = "SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
        return f"({columns}) IN ({there})", [list(part) for part in zip(*pairs)]

    def open(self, url: str, deadline_s: float) -> peewee.Database:
        arguments = parse(url, unquote_password=True, unquote_user=True)
        waits = patience.postgresql(deadline_s)
        return peewee.PostgresqlDatabase(
            **arguments, prefer_psycopg3=True, connect_timeout=_CONNECT_S, **waits
        )

    def complete(self, database: peewee.Database) -> None:
        functions.complete(database)

    def says_full(self, error: BaseException) -> bool:
        return reasons.postgresql_says(error, reasons.POSTGRESQL_FULL)

    def says_read_only(self, error: BaseException) -> bool:
        return reasons.postgresql_says(error, reasons.POSTGRESQL_READ_ONLY)

    def is_read_only(self, database: peewee.Database) -> bool:
        sql = "SELECT current_setting('transaction_read_only')"
        return bool(database.execute_sql(sql).fetchone()[0] == "on")

    def claim(self, database: peewee.Database, patience_s: float, shared: bool = False) -> bool:
        keepalives = {"idle": CLAIM_SILENCE_S // 3, "interval": CLAIM_SILENCE_S // 6, "count": 4}
        for name, number in keepalives.items():
            database.execute_sql(f"SET tcp_keepalives_{name} = {number}")
        end = time.monotonic() + patience_s
        sql = f"SELECT pg_try_advisory_lock{'_shared' if shared else ''}(%s)"
        while not database.execute_sql(sql, (_CLAIM_KEY,)).fetchone()[0]:
            if time.monotonic() >= end:
                return False
            time.sleep(0.1)
        return True

    def insert(self, cursor: object, sql_of: Callable[[int], str], rows: Sequence[Values]) -> None:
        """psycopg's `executemany` is a pipeline, and one that fails (a resend, told by a unique key) logs a
        warning: here many rows go in one statement."""
        for start in range(0, len(rows), _POSTGRESQL_ROWS):
            part = rows[start : start + _POSTGRESQL_ROWS]
            cursor.execute(sql_of(len(part)), [value for row in part for value in row])  # type: ignore[attr-defined]

    def update(self, cursor: object, sql: str, rows: Sequence[Values]) -> None:
        """A pipeline but for the last one: after a pipeline PostgreSQL (15) does not look how long the
        transaction stands still."""
        super().update(cursor, sql, rows[:-1])
        for row in rows[-1:]:
            cursor.execute(sql, row)  # type: ignore[attr-defined]


_ALL: Sequence[Dialect] = (Sqlite(), MySql(), Postgresql())
_BY_CLASS = dict(zip((peewee.SqliteDatabase, MySqlDatabase, peewee.PostgresqlDatabase), _ALL))


def of_url(url: str) -> Dialect:
    """The dialect of a `database.url`. Raises `ValueError` for an unknown scheme."""
    scheme = url.partition(":")[0]
    for dialect in _ALL:
        if scheme in dialect.schemes:
            return dialect
    raise ValueError(f"database.url: unknown scheme {scheme!r}")


def of_database(database: peewee.Database) -> Dialect:
    """The dialect of an open database."""
    return _BY_CLASS[type(database)]
