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
from database.base import TRANSIENT
from database.checkpoints import Checkpoints
from database.complaints import Complaints
from database.disk import Disk
from database.health import Health
from database.lane import Lane
from database.latencies import Latencies
from database.primary import Primary
from database.together import Together, Write
from metrics.histogram import Measures
from protocol.errors import DiskFull, TryAgain

logger = logging.getLogger("magpie.database")

P = ParamSpec("P")
T = TypeVar("T")

_ATTEMPTS = 5
_FIRST_PAUSE = 0.02  # seconds, doubled each time: 0.3 s in all

#: Threads for what reads much: one more than searches are made at once (`actions.search`).
_HEAVY_THREADS = 3

_MIGRATIONS = Path(__file__).parent / "migrations"

#: Keys that decide races. Index names can collide silently between tables, so their presence is asserted.
_UNIQUE: dict[str, list[tuple[str, ...]]] = {
    "user": [("mobile",)],
    "session": [("token_hash",)],
    "contact": [("ownerid", "dstobj", "cate")],
    "community": [("ownerid", "slot")],
    "conversation": [("key",)],
    "message": [("cid", "userid"), ("conversation_id", "ver")],
    "attachment": [("key",)],
}


class Database:
    """The rows of one installation.

    `url` is ``sqlite:////abs/path``, ``mysql://user:password@host:port/name`` or ``postgresql://…``;
    `workers` is the number of threads that read and, but for SQLite, of those that write, each with a
    connection of its own. `deadline_s`: seconds after which a call is refused with `TryAgain`, whatever the
    database does. `keep_free_bytes`: of the disk, where that is one of this machine; with less nothing is
    stored.
    """

    def __init__(self, url: str, workers: int = 4, deadline_s: float = 8.0, keep_free_bytes: int = 0) -> None:
        self.dialect = dialect.of_url(url)
        self.peewee = self.dialect.open(url, deadline_s)
        self.deadline_s = deadline_s
        self._file = self.dialect.file_of(url)
        self._disk = Disk(self._file.parent, keep_free_bytes) if self._file and keep_free_bytes else None
        self._checkpoints: Checkpoints | None = None
        #: Whether reading, and whether writing, makes sense now; the log asks for itself.
        self.reads, self.writes = Health(deadline_s), Health(deadline_s)
        self.latencies = Latencies(self.reads.clock)
        self._complaints = Complaints(logger)
        self._primary = Primary(self.dialect.says_read_only)
        self._connections: dict[int, object] = {}  # by thread, while one is in a transaction
        self._readers = Lane("db_read", workers, deadline_s, self._interrupt)
        self._heavy = Lane("db_heavy", _HEAVY_THREADS, deadline_s, self._interrupt)
        self._writers = Lane(
            "db_write", 1 if self.dialect.single_writer else workers, deadline_s, self._interrupt
        )
        self._together = Together(self._writers, self._run_together)
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
        """Raises RuntimeError when a key that decides races is missing; makes what can be made."""
        with self.peewee.connection_context():
            self.dialect.complete(self.peewee)
            for table, keys in _UNIQUE.items():
                there = {tuple(index.columns) for index in self.peewee.get_indexes(table) if index.unique}
                for key in keys:
                    if key not in there:
                        raise RuntimeError(f"table {table} has no unique key on {', '.join(key)}")

    def _migrations(self) -> Runner:
        return Runner(self.peewee, str(_MIGRATIONS))

    def serve(self) -> None:
        """Begins what is done beside the calls, until `close`."""
        if self._file is not None and self._checkpoints is None:
            self._checkpoints = Checkpoints(str(self._file), self._writer)

    # --- calls, on the loop -------------------------------------------------------------------------------

    async def read(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn`, which only reads: it sees one state of the database and waits for no writer. A `Refusal`
        reaches the caller; a database that stays away becomes `TryAgain`."""
        call = partial(fn, *args, **kwargs)
        return await self.reads.ask(
            self.latencies.of, "read", self._readers.run, self._run, self.reading, call
        )

    async def read_much(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for what may walk many thousand rows: only its like waits for it."""
        self.reads.admit()
        call = partial(fn, *args, **kwargs)
        result: T = await self.latencies.of("read_much", self._heavy.run, self._run, self.reading, call)
        self.reads.worked()
        return result

    async def write(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn` in one transaction, again when that was lost to a deadlock or a dead connection. A
        `Refusal` rolls back and reaches the caller; a database that stays away becomes `TryAgain`, which does
        not promise that nothing was written; a full disk becomes `DiskFull`."""
        call = partial(fn, *args, **kwargs)
        return await self.writes.ask(self.latencies.of, "write", self._write, call, False)

    async def write_always(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, with the last of the disk, too: for what deletes, or ends what must not go on."""
        return await self.latencies.of("write", self._write, partial(fn, *args, **kwargs), True)

    async def close(self) -> None:
        """Closes every worker's connection and ends the threads."""
        if self._checkpoints is not None:
            await asyncio.to_thread(self._checkpoints.close)
        for lane in (self._readers, self._heavy, self._writers):
            await lane.close(self.drop_connection)

    def stats(self) -> dict[str, int]:
        """Of each lane: calls that wait or are being made, those given up at the deadline, its threads and
        how many are busy. Of reading and writing: whether callers are refused at once, since the database is
        away or its disk full."""
        return {
            **self._readers.stats(),
            **self._heavy.stats(),
            **self._writers.stats(),
            **self.reads.stats("db_reads"),
            **self.writes.stats("db_writes"),
            "db_write_grouped": len(self._together),
            **(self._checkpoints.stats() if self._checkpoints else {}),
        }

    def measures(self) -> Measures:
        """As `Latencies` tells."""
        return self.latencies.measures()

    async def _write(self, call: Callable[[], T], always: bool) -> T:
        if self.dialect.single_writer:
            return await self._together.run(call, always, self.deadline_s)
        return await self._writers.run(self._run, self._transaction(always), call)

    # --- transactions, in a worker thread -----------------------------------------------------------------

    def _run_together(self, writes: list[Write]) -> None:
        """Each in a savepoint of its own, all in one transaction; when that fails as a whole, one by one. Who
        stopped waiting before it began is left out."""
        writes = [write for write in writes if not write.done.done()]
        try:
            if len(writes) > 1:
                with self._transaction(all(write.always for write in writes))():
                    for write in writes:
                        write.run_in(self.peewee.atomic())
                return
        except (*TRANSIENT, DiskFull):
            self.drop_connection()
        full = False
        for write in writes:
            write.error = DiskFull() if full and not write.always else None
            if write.error is not None:
                continue
            try:
                write.result = self._run(self._transaction(write.always), write.call)
            except Exception as error:
                write.error = error
                full = full or isinstance(error, DiskFull)

    def _transaction(self, always: bool) -> Callable[[], AbstractContextManager[None]]:
        return self.writing_always if always else self.writing

    def _run(self, transaction: Callable[[], AbstractContextManager[None]], call: Callable[[], T]) -> T:
        end = time.monotonic() + self.deadline_s
        for attempt in range(_ATTEMPTS):
            try:
                with transaction():
                    return call()
            except TRANSIENT as error:
                if self.soften(error):
                    continue
                self.drop_connection()
                if self.dialect.says_full(error):
                    raise DiskFull() from error
                pause = _FIRST_PAUSE * 2**attempt
                if attempt == _ATTEMPTS - 1 or time.monotonic() + pause > end:
                    name = getattr(getattr(call, "func", call), "__name__", "a call")
                    self._complaints.say(error, "database: %s failed", name)
                    raise TryAgain() from error
                time.sleep(pause)
        raise TryAgain()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction of this thread that sees one state and blocks nobody."""
        with self._connected(), self.peewee.atomic(*self.dialect.reading):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A writing transaction of this thread; `DiskFull` while less is free than is to be kept."""
        if self._disk is not None and self._disk.nearly_full():
            raise DiskFull()
        with self.writing_always():
            yield

    @contextmanager
    def writing_always(self) -> Iterator[None]:
        """A writing transaction of this thread, with the last of the disk, too."""
        if not self.dialect.single_writer:
            with self._primary.writing(), self._connected(), self.peewee.atomic(*self.dialect.writing):
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
    def statement(self) -> Iterator[None]:
        """For one statement of this thread that is a transaction by itself, where many may write at once."""
        with self._primary.writing(), self._connected():
            yield

    @contextmanager
    def _connected(self) -> Iterator[None]:
        self._primary.connect(self.peewee, self.drop_connection)
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

    def soften(self, error: Exception) -> bool:
        """Whether this thread's connection can read now what it could not for `error`: a damaged text."""
        if self.peewee.is_closed() or not self.dialect.soften(self.peewee.connection(), error):
            return False
        logger.error("database: the file is damaged: %s", error)
        return True

    def drop_connection(self) -> None:
        """Forgets this thread's connection: one that its server has killed stays dead until it is closed."""
        try:
            self.peewee.close()
        except peewee.PeeweeException as error:
            logger.debug("closing a dead connection: %s", error)
