"""One door to the database: ``await db.read(fn, *args)`` and ``await db.write(fn, *args)``.

Functions of `models` are plain synchronous Peewee code. The door takes them to a worker thread and runs each
in one transaction; nothing else in the house touches a connection but the message log, whose single writer
thread uses `Database.writing` directly.

Readers and writers have threads of their own, and what reads much has others still, so that a read never
waits for a write nor for somebody who lists a thousand conversations.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import peewee
from playhouse.migrations import Runner

from database import base, dialect
from database.lane import Lane
from protocol.errors import TryAgain

logger = logging.getLogger("magpie.database")

P = ParamSpec("P")
T = TypeVar("T")

#: What a deadlock, a locked file or a connection killed by its server looks like. The transaction is gone, so
#: the function runs again; for a lost COMMIT, unique keys make a second run safe.
TRANSIENT = (peewee.OperationalError, peewee.InterfaceError)
_ATTEMPTS = 5
_FIRST_PAUSE = 0.02  # seconds, doubled each time: 0.3 s in all

#: Writes of one transaction on SQLite, so that none waits long for the others.
_MOST_TOGETHER = 64

#: Threads for what reads much.
_HEAVY_THREADS = 2

_MIGRATIONS = Path(__file__).parent / "migrations"

#: Keys that decide races. Index names can collide silently between tables, so their presence is asserted.
_UNIQUE: dict[str, list[tuple[str, ...]]] = {
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

    __slots__ = ("call", "done", "error", "result")

    def __init__(self, call: Callable[[], object], done: "asyncio.Future[object]") -> None:
        self.call, self.done = call, done
        self.result: object = None
        self.error: Exception | None = None

    def run_in(self, savepoint: AbstractContextManager[object]) -> None:
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
    `workers` is the number of threads that read and, but for SQLite, of those that write, each with a
    connection of its own. `deadline_s`: seconds after which a call is refused with `TryAgain`, whatever the
    database does.
    """

    def __init__(self, url: str, workers: int = 4, deadline_s: float = 8.0) -> None:
        self.dialect = dialect.of_url(url)
        self.peewee = self.dialect.open(url, deadline_s)
        self.deadline_s = deadline_s
        self._connections: dict[int, object] = {}  # by thread, while one is in a transaction
        self._readers = Lane("db_read", workers, deadline_s, self._interrupt)
        self._heavy = Lane("db_heavy", _HEAVY_THREADS, deadline_s, self._interrupt)
        self._writers = Lane(
            "db_write", 1 if self.dialect.single_writer else workers, deadline_s, self._interrupt
        )
        self._writes: list[_Write] = []
        self._writing = False
        self._writing_task: asyncio.Task[None] | None = None
        # SQLite has one writer at a time. Waiting here is fairer and cheaper than its busy handler's polling.
        self._writer = threading.Lock()
        base.database.initialize(self.peewee)

    # --- schema, at start-up, synchronous -----------------------------------------------------------------

    def migrate(self) -> list[str]:
        """Brings the schema up to date; returns the names of what was applied."""
        with self.peewee.connection_context():
            return cast(list[str], self._migrations().up())

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

    # --- calls, on the loop -------------------------------------------------------------------------------

    async def read(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn`, which only reads: it sees one state of the database and waits for no writer. A `Refusal`
        reaches the caller; a database that stays away becomes `TryAgain`."""
        return await self._readers.run(self._run, self.reading, partial(fn, *args, **kwargs))

    async def read_much(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for what may walk many thousand rows: only its like waits for it."""
        return await self._heavy.run(self._run, self.reading, partial(fn, *args, **kwargs))

    async def write(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn` in one transaction, again when that was lost to a deadlock or a dead connection. A
        `Refusal` rolls back and reaches the caller; a database that stays away becomes `TryAgain`, which does
        not promise that nothing was written."""
        call = partial(fn, *args, **kwargs)
        if not self.dialect.single_writer:
            return await self._writers.run(self._run, self.writing, call)
        write = _Write(call, asyncio.get_running_loop().create_future())
        self._writes.append(write)
        if not self._writing:
            self._write_next()
        try:
            async with asyncio.timeout(self.deadline_s):
                return cast(T, await write.done)
        except TimeoutError:
            raise TryAgain() from None

    async def close(self) -> None:
        """Closes every worker's connection and ends the threads."""
        for lane in (self._readers, self._heavy, self._writers):
            await lane.close(self.drop_connection)

    def stats(self) -> dict[str, int]:
        """Of each lane: calls that wait or are being made, and those given up at the deadline."""
        return {
            **self._readers.stats(),
            **self._heavy.stats(),
            **self._writers.stats(),
            "db_write_grouped": len(self._writes),
        }

    def _write_next(self) -> None:
        """On SQLite what waits to be written while one COMMIT runs is the next one, as in the message log."""
        writes, self._writes = self._writes[:_MOST_TOGETHER], self._writes[_MOST_TOGETHER:]
        self._writing = bool(writes)
        if writes:
            self._writing_task = asyncio.get_running_loop().create_task(self._write_together(writes))

    async def _write_together(self, writes: list[_Write]) -> None:
        refusal: Exception | None = None
        try:
            await self._writers.run(self._run_together, writes)
        except Exception as error:
            refusal = error
        self._write_next()
        for write in writes:
            if write.done.done():
                continue
            failure = refusal or write.error
            if failure is not None:
                write.done.set_exception(failure)
            else:
                write.done.set_result(write.result)

    # --- transactions, in a worker thread -----------------------------------------------------------------

    def _run_together(self, writes: list[_Write]) -> None:
        """Each in a savepoint of its own, all in one transaction; when that fails as a whole, one by one. Who
        stopped waiting before it began is left out."""
        writes = [write for write in writes if not write.done.done()]
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
                write.result = self._run(self.writing, write.call)
            except Exception as error:
                write.error = error

    def _run(self, transaction: Callable[[], AbstractContextManager[None]], call: Callable[[], T]) -> T:
        end = time.monotonic() + self.deadline_s
        for attempt in range(_ATTEMPTS):
            try:
                with transaction():
                    return call()
            except TRANSIENT as error:
                self.drop_connection()
                pause = _FIRST_PAUSE * 2**attempt
                if attempt == _ATTEMPTS - 1 or time.monotonic() + pause > end:
                    name = getattr(getattr(call, "func", call), "__name__", "a call")
                    logger.error("database: %s failed: %s", name, error)
                    raise TryAgain() from error
                time.sleep(pause)
        raise AssertionError("unreachable")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction of this thread that sees one state and blocks nobody."""
        with self._connected(), self.peewee.atomic(*self.dialect.reading):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A writing transaction of this thread."""
        if not self.dialect.single_writer:
            with self._connected(), self.peewee.atomic(*self.dialect.writing):
                yield
            return
        if not self._writer.acquire(timeout=self.deadline_s):
            raise peewee.OperationalError("another writer holds the database")
        try:
            with self._connected(), self.peewee.atomic(*self.dialect.writing):
                yield
        finally:
            self._writer.release()

    @contextmanager
    def _connected(self) -> Iterator[None]:
        self.peewee.connect(reuse_if_open=True)
        thread_id = threading.get_ident()
        self._connections[thread_id] = self.peewee.connection()
        try:
            yield
        finally:
            self._connections.pop(thread_id, None)

    def _interrupt(self, thread_id: int) -> None:
        connection = self._connections.get(thread_id)
        if connection is not None:
            self.dialect.interrupt(connection)

    def drop_connection(self) -> None:
        """Forgets this thread's connection: one that its server has killed stays dead until it is closed."""
        try:
            self.peewee.close()
        except peewee.PeeweeException as error:
            logger.debug("closing a dead connection: %s", error)
