"""One door to the database: ``await db.read(fn, *args)`` and ``await db.write(fn, *args)``.

Functions of `models` are plain synchronous Peewee code. The door takes them to a worker thread and runs
each in one transaction; nothing else in the house touches a connection but the message log, whose single
writer thread uses `Database.writing` directly.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import peewee
from playhouse.db_url import parse
from playhouse.migrations import Runner

from database import base
from protocol.errors import TryAgain

logger = logging.getLogger("magpie.database")

T = TypeVar("T")

#: What a deadlock, a locked file or a connection killed by its server looks like. The transaction is gone, so
#: the function runs again; for a lost COMMIT, unique keys make a second run safe.
TRANSIENT = (peewee.OperationalError, peewee.InterfaceError)
_ATTEMPTS = 5
_FIRST_PAUSE = 0.02  # seconds, doubled each time: 0.3 s in all

#: Writes of one transaction on SQLite, so that none waits long for the others.
_MOST_TOGETHER = 64

_MIGRATIONS = Path(__file__).parent / "migrations"

#: Keys that decide races. Index names can collide silently between tables, so their presence is asserted.
_UNIQUE = {
    "user": [("mobile",)],
    "session": [("token_hash",)],
    "contact": [("ownerid", "dstobj", "cate")],
    "community": [("ownerid", "slot")],
    "conversation": [("key",)],
    "message": [("userid", "cid"), ("conversation_id", "ver")],
    "attachment": [("key",)],
}


class _Write:
    """A function that waits for its turn to write, and what becomes of it."""

    __slots__ = ("call", "done", "result", "error")

    def __init__(self, call: Callable[[], object], done: asyncio.Future) -> None:
        self.call, self.done = call, done
        self.result: object = None
        self.error: Exception | None = None

    def run_in(self, savepoint: AbstractContextManager) -> None:
        """Its refusal undoes what it did, and nobody else's."""
        try:
            with savepoint:
                self.result = self.call()
        except TRANSIENT:
            raise
        except Exception as error:
            self.error = error


class Database:
    """The rows of one installation.

    `url` is ``sqlite:////abs/path``, ``mysql://user:password@host:port/name`` or ``postgresql://…``;
    `workers` is the number of threads, each with a connection of its own.
    """

    def __init__(self, url: str, workers: int = 4) -> None:
        self.peewee = _open(url)
        self.is_sqlite = isinstance(self.peewee, peewee.SqliteDatabase)
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, "db")
        self._writes: list[_Write] = []
        self._writing = False
        # SQLite has one writer at a time. Waiting here is fairer and cheaper than its busy handler's polling.
        self._writer = threading.Lock()
        base.database.initialize(self.peewee)

    # --- schema, at start-up, synchronous -----------------------------------------------------------------

    def migrate(self) -> list[str]:
        """Brings the schema up to date; returns the names of what was applied."""
        with self.peewee.connection_context():
            return self._migrations().up()

    def pending(self) -> list[str]:
        """The names of the migrations that this database has not seen."""
        with self.peewee.connection_context():
            return [m.name for m in self._migrations().status() if m.path is not None and not m.applied]

    def check(self) -> None:
        """Raises RuntimeError when a key that decides races is missing."""
        with self.peewee.connection_context():
            for table, keys in _UNIQUE.items():
                there = {tuple(index.columns) for index in self.peewee.get_indexes(table) if index.unique}
                for key in keys:
                    if key not in there:
                        raise RuntimeError(f"table {table} has no unique key on {', '.join(key)}")

    def _migrations(self) -> Runner:
        return Runner(self.peewee, str(_MIGRATIONS))

    # --- transactions ------------------------------------------------------------------------------------

    async def read(self, fn: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Runs `fn`, which only reads, in a worker thread: it sees one state of the database and waits for no
        writer. A `Refusal` reaches the caller; a database that stays away becomes `TryAgain`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._run, self.reading, fn, args, kwargs)

    async def write(self, fn: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Runs `fn` in a worker thread and in one transaction, again when that was lost to a deadlock or a
        dead connection. A `Refusal` rolls back and reaches the caller; a database that stays away becomes
        `TryAgain`."""
        loop = asyncio.get_running_loop()
        if not self.is_sqlite:
            return await loop.run_in_executor(self._pool, self._run, self.writing, fn, args, kwargs)
        write = _Write(partial(fn, *args, **kwargs), loop.create_future())
        self._writes.append(write)
        if not self._writing:
            self._write_next()
        return await write.done

    def _write_next(self) -> None:
        """On SQLite what waits to be written while one COMMIT runs is the next one, as in the message log: a
        COMMIT waits for the disk, and one thread that waits leaves the others to the readers."""
        writes, self._writes = self._writes[:_MOST_TOGETHER], self._writes[_MOST_TOGETHER:]
        self._writing = bool(writes)
        if writes:
            job = asyncio.get_running_loop().run_in_executor(self._pool, self._run_together, writes)
            job.add_done_callback(lambda job: self._tell(writes, job))

    def _tell(self, writes: "list[_Write]", job: "asyncio.Future[None]") -> None:
        self._write_next()
        for write in writes:
            if write.done.cancelled():
                continue
            if error := job.exception() or write.error:
                write.done.set_exception(error)
            else:
                write.done.set_result(write.result)

    def _run_together(self, writes: "list[_Write]") -> None:
        """Each in a savepoint of its own, all in one transaction; when that fails as a whole, one by one."""
        try:
            if len(writes) > 1:
                with self.writing():
                    for write in writes:
                        write.run_in(self.peewee.atomic())
                return
        except TRANSIENT:
            self.drop_connection()
        for write in writes:
            write.error = None
            try:
                write.result = self._run(self.writing, write.call, (), {})
            except Exception as error:
                write.error = error

    def _run(
        self,
        transaction: Callable[[], AbstractContextManager],
        fn: Callable[..., T],
        args: tuple,
        kwargs: dict,
    ) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                with transaction():
                    return fn(*args, **kwargs)
            except TRANSIENT as error:
                self.drop_connection()
                if attempt == _ATTEMPTS - 1:
                    logger.error("database: %s failed: %s", getattr(fn, "func", fn).__name__, error)
                    raise TryAgain() from error
                time.sleep(_FIRST_PAUSE * 2**attempt)
        raise AssertionError("unreachable")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction of this thread that sees one state and blocks nobody."""
        self.peewee.connect(reuse_if_open=True)
        with self.peewee.atomic("DEFERRED") if self.is_sqlite else self.peewee.atomic():
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A writing transaction of this thread. On SQLite it takes the write lock at once: a transaction that
        reads first and writes later can fail with BUSY_SNAPSHOT whatever the busy timeout."""
        if not self.is_sqlite:
            self.peewee.connect(reuse_if_open=True)
            with self.peewee.atomic():
                yield
            return
        with self._writer:
            self.peewee.connect(reuse_if_open=True)
            with self.peewee.atomic("IMMEDIATE"):
                yield

    def drop_connection(self) -> None:
        """Forgets this thread's connection: one that its server has killed stays dead until it is closed."""
        try:
            self.peewee.close()
        except peewee.PeeweeException as error:
            logger.debug("closing a dead connection: %s", error)

    async def close(self) -> None:
        """Closes every worker's connection and ends the threads."""
        meet = threading.Barrier(self._workers)

        def leave() -> None:
            self.drop_connection()
            meet.wait(timeout=30)  # keeps this thread busy, so that each worker gets exactly one of these

        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, leave) for _ in range(self._workers)))
        self._pool.shutdown(wait=True)


def _open(url: str) -> peewee.Database:
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return peewee.SqliteDatabase(
            url.removeprefix("sqlite:///"),
            timeout=20,
            check_same_thread=True,
            pragmas={
                "journal_mode": "wal",
                "synchronous": "full",  # NORMAL loses commits when the power fails
                "cache_size": -16000,  # KiB
                "journal_size_limit": 64 << 20,
            },
        )
    arguments = parse(url, unquote_password=True, unquote_user=True)
    if scheme == "mysql":
        import pymysql.constants.CLIENT as client

        arguments["password"] = arguments.pop("passwd", "")  # the name that PyMySQL knows today
        return peewee.MySQLDatabase(
            **arguments,
            charset="utf8mb4",
            # matched rows, not changed ones, as the other databases count
            client_flag=client.FOUND_ROWS,
            init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            sql_mode="STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO",
        )
    if scheme in ("postgres", "postgresql"):
        return peewee.PostgresqlDatabase(**arguments, prefer_psycopg3=True)
    raise ValueError(f"database.url: unknown scheme {scheme!r}")
