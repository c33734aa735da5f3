"""Tables of a database, as `database.url` names it: rows go in, in bulk, by the columns' names.

SQLite, MariaDB or MySQL, PostgreSQL. Of a table only its columns are known, and the database tells these.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql

Value = int | str | None
Row = Mapping[str, Value]

#: (name, type, whether a row has to name it: it may not be NULL, and the table has no default for it).
Column = tuple[str, str, bool]

_COLUMNS = (
    "SELECT column_name, data_type, is_nullable = 'NO' AND column_default IS NULL AND {filled} "
    "FROM information_schema.columns WHERE table_schema = {schema} AND table_name = %s "
    "ORDER BY ordinal_position"
)


class TablesFailed(Exception):
    """The database refused something, or is none."""


class Tables(ABC):
    """One transaction on one database. Use `open_tables`."""

    quote = '"'
    place = "%s"

    def __init__(self, cursor: Any) -> None:  # a driver's: all three do the same by the same names
        self.cursor = cursor

    @abstractmethod
    def columns(self, table: str) -> list[Column]:
        """Empty when there is no such table."""

    def highest_id(self, table: str) -> int:
        self.cursor.execute(f"SELECT MAX(id) FROM {self.name(table)}")
        return int(self.cursor.fetchone()[0] or 0)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """`rows` all name the same columns. Those that they leave out and that need a value get 0 or "":
        models give defaults, tables don't."""
        if not rows:
            return
        named = list(rows[0])
        columns = self.columns(table)
        empty = {name: _empty(kind) for name, kind, needed in columns if needed and name not in named}
        names = ", ".join(map(self.name, [*named, *empty]))
        places = ", ".join([self.place] * (len(named) + len(empty)))
        statement = f"INSERT INTO {self.name(table)} ({names}) VALUES ({places})"
        self.cursor.executemany(
            statement, [[*(row[name] for name in named), *empty.values()] for row in rows]
        )
        if "id" in named:
            self.ids_given(table)

    def own(self, conversation_id: int, user_id: int) -> None:
        """The group with this conversation is this member's."""
        places = f"conversation_id = {self.place} AND user_id = {self.place}"
        self.cursor.execute(f"UPDATE member SET role = 3 WHERE {places}", (conversation_id, user_id))

    def ids_given(self, table: str) -> None:
        """Rows came with ids of their own: the next that the database gives has to be higher."""

    def name(self, name: str) -> str:
        return f"{self.quote}{name}{self.quote}"


class _SQLite(Tables):
    place = "?"

    def columns(self, table: str) -> list[Column]:
        self.cursor.execute(f"PRAGMA table_info({self.name(table)})")
        return [
            (name, kind, bool(not_null and default is None and not (key and name == "id")))
            for _, name, kind, not_null, default, key in self.cursor.fetchall()
        ]


class _MySQL(Tables):
    quote = "`"

    def columns(self, table: str) -> list[Column]:
        filled = "extra NOT LIKE '%%auto_increment%%'"
        self.cursor.execute(_COLUMNS.format(filled=filled, schema="DATABASE()"), [table])
        return [(name, kind, bool(needed)) for name, kind, needed in self.cursor.fetchall()]


class _PostgreSQL(Tables):
    def columns(self, table: str) -> list[Column]:
        statement = _COLUMNS.format(filled="is_identity = 'NO'", schema="current_schema()")
        self.cursor.execute(statement, [table])
        return [(name, kind, bool(needed)) for name, kind, needed in self.cursor.fetchall()]

    def own(self, conversation_id: int, user_id: int) -> None:
        """The group with this conversation is this member's."""
        places = f"conversation_id = {self.place} AND user_id = {self.place}"
        self.cursor.execute(f"UPDATE member SET role = 3 WHERE {places}", (conversation_id, user_id))

    def ids_given(self, table: str) -> None:
        highest = f"(SELECT MAX(id) FROM {self.name(table)})"
        self.cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), {highest})", [self.name(table)])


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file.absolute()}"


def _empty(kind: str) -> Value:
    """What a column of this type has when it has nothing."""
    return "" if "CHAR" in kind.upper() or "TEXT" in kind.upper() else 0


@contextmanager
def open_tables(url: str) -> Iterator[Tables]:
    """Committed at the end of the block, unless it fails. Raises `TablesFailed`."""
    parts = urlsplit(url)
    try:
        if parts.scheme == "sqlite":
            connection: Any = sqlite3.connect(parts.path)
            kind: type[Tables] = _SQLite
        elif parts.scheme == "postgresql":
            connection, kind = psycopg.connect(url), _PostgreSQL
        else:
            connection, kind = _mysql(url), _MySQL
        try:
            yield kind(connection.cursor())
            connection.commit()
        finally:
            connection.close()
    except (sqlite3.Error, psycopg.Error, pymysql.Error) as error:
        raise TablesFailed(str(error)) from error


def _mysql(url: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "",
        port=parts.port or 3306,
        user=parts.username,
        password=parts.password or "",
        database=parts.path[1:],
        charset="utf8mb4",
        ssl_disabled=True,
    )
