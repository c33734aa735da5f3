"""The log: numbers what is said and done, makes it durable, and says so.

One writer thread owns one connection. It takes **all that is pending** as one transaction (group commit):
what arrives while one commit runs is the next batch, which waits a little more only when much is going on
(`log/pace.py`). Inside the batch the conversation rows are locked in id order, so commit order is seq order,
in one process or in many.

What is promised: an entry is settled after its COMMIT only, in the order of the batch; the same (sender, cid)
is stored once however often and from wherever it is sent; a bad entry fails alone; nobody waits much longer
than the database's deadline, and nobody at all while it is known to be away or its disk to be full. What is
not: that a refused `TryAgain` was not stored. Its sender sends it again under the same cid and learns.
"""

import asyncio
import copy
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from database.door import Database
from log.context import Context, Quiet
from log.entries import Change, Entry, Post
from log.entries.group import Act
from log.pace import Pace
from log.room import Room
from log.telling import Telling
from log.writer import Writer
from models.media import NO_QUOTA
from protocol.clock import now_ms
from protocol.errors import TryAgain

logger = logging.getLogger("magpie.log")

#: Longer than any cid of a client (64), so that the two never meet.
_OWN_CID = 66


class Log:
    """Appends entries durably. `strangers`: whether people who are no friends may begin a single chat;
    `quota`: bytes of media that a user may have; `all_name_all`: whether every member of a group may name
    everybody at once; `quiet`: whether two people don't tell each other how far they have read;
    `on_settled(entries, changes)` is called on the loop with every settled batch, in commit order; `changes`
    are the numbers that it took, most often one range.
    `room`: what bounds the queue, besides `max_queue` entries; `telling`: who tells other processes within
    the transaction, if anybody; `clock`: seconds, and `processes`: how many write into the database now, for
    the pace."""

    def __init__(
        self,
        db: Database,
        *,
        strangers: bool,
        on_settled: Callable[[Sequence[Entry], Sequence[range]], None],
        max_batch: int = 256,
        max_queue: int = 20000,
        quota: int = NO_QUOTA,
        all_name_all: bool = False,
        quiet: Quiet = lambda user_id, other_id: False,
        room: Room | None = None,
        telling: Telling | None = None,
        clock: Callable[[], float] = time.monotonic,
        processes: Callable[[], int] = lambda: 1,
    ) -> None:
        self._db = db
        context = Context(db, strangers, quota, all_name_all, quiet)
        self._writer = Writer(db, context, telling or Telling())
        self._on_settled = on_settled
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._room = Room() if room is None else room
        self._pool = ThreadPoolExecutor(1, "log")
        self._queue: list[Entry] = []
        self._committing: list[Entry] | None = None
        self._late: list[Entry] | None = None  # the same, until it was told that it takes too long
        self._closing = False
        self._idle = asyncio.Event()  # set while nothing is queued or being committed
        self._idle.set()
        self._watch: asyncio.TimerHandle | None = None
        self._pace = Pace(clock, processes)
        self._paced: asyncio.TimerHandle | None = None  # set while the next commit waits for its moment
        self._begun = 0.0  # when the present commit began
        self._batches = self._settled = self._given_up = 0

    async def append(self, entry: Entry) -> None:
        """Queues an entry. Waits for room in the queue, not for the disk: a socket whose message waits here
        is not read further, which is all the back-pressure there is. Raises `SlowDown` when even too many
        wait, `TryAgain` as `offer`."""
        if not self.offer(entry):
            await self._room.wait(entry)

    def offer(self, entry: Entry) -> bool:
        """Queues an entry if there is room now. Raises `TryAgain` when the log is closing, or the database is
        known to be away or full."""
        if self._closing:
            raise TryAgain()
        if len(self._queue) >= self._max_queue or not self._room.take(entry):
            return False
        try:
            self._db.writes.admit()
        except TryAgain:
            entry.leave()
            raise
        kinds = (Act, Post, Change) if self._db.dialect.commits_get_lost else Act
        if isinstance(entry, kinds) and entry.cid is None:
            # A COMMIT whose answer was lost is made again; only a cid keeps that from storing twice.
            entry.cid = _own_cid(now_ms())
        self._queue.append(entry)
        if self._committing is None:
            self._committing = []
            self._idle.clear()
            asyncio.get_running_loop().call_soon(self._next)  # gathers what this turn of the loop brings
        elif self._paced is not None and len(self._queue) >= self._max_batch:
            self._paced.cancel()
            self._begin()
        return True

    async def close(self) -> None:
        """Refuses what comes from now on, commits and settles what is queued, and ends the thread. Closing
        again does nothing."""
        if self._closing:
            return
        self._closing = True
        await self._idle.wait()
        await asyncio.get_running_loop().run_in_executor(self._pool, self._db.drop_connection)
        self._pool.shutdown(wait=True)

    def stats(self) -> dict[str, int]:
        """`log_queued`: entries in the queue; `log_waiting`: those for which it has no room; `log_batches`,
        `log_settled`: transactions and entries since the start; `log_paced`: transactions that waited for
        more to come; `log_usual`: those that were written in one pass; `log_given_up`: entries whose origin
        was told to try again before the database had answered."""
        return {
            "log_queued": len(self._queue),
            "log_waiting": self._room.waiting,
            "log_batches": self._batches,
            "log_settled": self._settled,
            "log_paced": self._pace.waits,
            "log_usual": self._writer.usual,
            "log_given_up": self._given_up,
        }

    # --- on the loop --------------------------------------------------------------------------------------

    def _next(self) -> None:
        if not self._queue:
            self._committing = None
            self._idle.set()
            return
        wait_s = self._pace.wait_s() if len(self._queue) < self._max_batch else 0
        if wait_s:
            self._paced = asyncio.get_running_loop().call_later(wait_s, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self._paced = None
        batch = self._queue[: self._max_batch]
        del self._queue[: self._max_batch]
        self._pace.begins(len(batch))
        self._committing = self._late = batch
        self._begun = self._db.writes.clock()
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(min(self._db.deadline_s, self._db.writes.patience_s), self._give_up)
        self._pool.submit(self._commit, batch, loop)

    def _settle(self, batch: list[Entry], changes: Sequence[range], error: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._db.latencies.commit(len(batch), self._db.writes.clock() - self._begun, error)
        if isinstance(error, TryAgain):
            self._db.writes.failed(self._begun, error)
        else:
            self._db.writes.worked()
            if error is not None:
                logger.error("log: a batch of %d failed", len(batch), exc_info=error)
                for entry in batch:
                    entry.refusal = entry.refusal or TryAgain()
        if why := self._db.writes.refusal:  # who waits behind it would be told the same, batch after batch
            batch += self._empty_queue(type(why))
        self._batches += 1
        self._settled += len(batch)
        self._leave(batch)
        self._next()  # the disk works while acks go out
        self._on_settled(batch, changes)

    def _give_up(self) -> None:
        """The database does not answer: those who wait are told so, in the batch and behind it. What is being
        committed may still become durable, and is settled as ever then: a client that was told to try again
        gets its ack. What has not begun never does."""
        self._db.writes.failed(self._begun, TryAgain())
        refused = []
        for entry in self._late or ():
            told = copy.copy(entry)
            told.refusal = TryAgain()
            refused.append(told)
        self._late = None
        queued = self._empty_queue(TryAgain)
        refused += queued
        self._given_up += len(refused)
        self._watch = asyncio.get_running_loop().call_later(self._db.deadline_s, self._give_up)
        self._leave(queued)
        if refused:
            self._on_settled(refused, ())

    def _empty_queue(self, refusal: type[TryAgain]) -> list[Entry]:
        """All that waits, refused."""
        queued, self._queue = self._queue, []
        for entry in queued:
            entry.refusal = refusal()
        return queued

    def _leave(self, entries: Sequence[Entry]) -> None:
        """The room of these is free; who waits for it comes in, in their order."""
        for entry in entries:
            entry.leave()
        self._room.let_in(self.offer)

    # --- in the writer's thread ---------------------------------------------------------------------------

    def _commit(self, batch: list[Entry], loop: asyncio.AbstractEventLoop) -> None:
        """One step back to the loop: the chain of futures that asyncio would make takes two turns of it."""
        changes, error = self._writer.commit(batch)
        loop.call_soon_threadsafe(self._settle, batch, changes, error)


def _own_cid(now: int) -> str:
    """A new one, which begins with the time (ms): so those that are made together stand together."""
    return f"{now:011x}{secrets.token_hex(_OWN_CID // 2)}"[:_OWN_CID]
