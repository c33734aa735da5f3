"""The message log: numbers messages, makes them durable, and says so.

One writer thread owns one connection. It takes **all that is pending** as one transaction (group commit):
there is no timer, what arrives while one commit runs is the next batch. Inside the batch the conversation
rows are locked in id order, so commit order is seq order, in one process or in many.

What is promised: a message is settled after its COMMIT only, in the order of the batch; the same (sender,
cid) is stored once however often and from wherever it is sent; a bad message fails alone. What is not: that a
refused `TryAgain` was not stored. Its sender sends it again under the same cid and learns.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from peewee import IntegrityError

from database.door import TRANSIENT, Database
from log.batch import Batch, Prepared
from protocol.clock import now_ms
from protocol.errors import Refusal, TryAgain
from protocol.messages import Message, Receipt

logger = logging.getLogger("magpie.log")

_ATTEMPTS = 6
_FIRST_PAUSE = 0.02  # seconds, doubled each time: 1.3 s in all

#: Longer than any cid of a client (64), so that the two never meet.
_OWN_CID_BYTES = 33


class Origin(Protocol):
    """Where a message came from and who is told how it ended: a node, or a waiting HTTP call."""

    def settled(self, message: Message, receipt: Receipt | None, refusal: Refusal | None) -> None: ...


class Submission:
    """One message on its way through the log. Settled, it has either a `refusal` or a `receipt`;
    `repeated` then says that it was stored before and need not be delivered again."""

    __slots__ = ("message", "cid", "origin", "receipt", "refusal", "repeated")

    def __init__(self, message: Message, cid: str | None, origin: Origin | None) -> None:
        self.message = message
        self.cid = cid
        self.origin = origin
        self.receipt: Receipt | None = None
        self.refusal: Refusal | None = None
        self.repeated = False


class MessageLog:
    """Appends messages durably. `strangers`: whether people who are no friends may begin a single chat;
    `on_commit(batch)` is called on the loop with every settled batch, in commit order."""

    def __init__(
        self,
        db: Database,
        *,
        strangers: bool,
        on_commit: Callable[[Sequence[Submission]], None],
        max_batch: int = 256,
        max_queue: int = 20000,
    ) -> None:
        self._db = db
        self._prepared = Prepared(db, strangers)
        self._on_commit = on_commit
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._pool = ThreadPoolExecutor(1, "log")
        self._queue: list[Submission] = []
        self._running = False
        self._closing = False
        self._room = asyncio.Event()  # set while the queue takes more
        self._room.set()
        self._idle = asyncio.Event()  # set while nothing is queued or being committed
        self._idle.set()
        self._last_time = 0

    async def append(self, message: Message, origin: Origin | None = None) -> None:
        """Queues a message. Waits for room in the queue, not for the disk: a socket whose message waits here
        is not read further, which is all the back-pressure there is."""
        while not self.offer(message, origin):
            self._room.clear()
            await self._room.wait()

    def offer(self, message: Message, origin: Origin | None = None) -> bool:
        """Queues a message if there is room now. Raises `TryAgain` when the log is closing."""
        if self._closing:
            raise TryAgain()
        if len(self._queue) >= self._max_queue:
            return False
        cid = message.cid
        if cid is None and not self._db.is_sqlite:
            # A COMMIT whose answer was lost is made again; only a cid keeps that from storing twice.
            cid = secrets.token_hex(_OWN_CID_BYTES)
        self._queue.append(Submission(message, cid, origin))
        if not self._running:
            self._running = True
            self._idle.clear()
            asyncio.get_running_loop().call_soon(self._next)  # gathers what this turn of the loop brings
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

    # --- on the loop --------------------------------------------------------------------------------------

    def _next(self) -> None:
        batch = self._queue[: self._max_batch]
        if not batch:
            self._running = False
            self._idle.set()
            return
        del self._queue[: self._max_batch]
        self._room.set()
        self._pool.submit(self._commit, batch, asyncio.get_running_loop())

    def _settle(self, batch: list[Submission], error: Exception | None) -> None:
        if error is not None:
            logger.error("log: a batch of %d failed", len(batch), exc_info=error)
            for submission in batch:
                submission.refusal = submission.refusal or TryAgain()
        self._next()  # the disk works while acks go out
        self._on_commit(batch)

    # --- in the writer thread -----------------------------------------------------------------------------

    def _commit(self, batch: list[Submission], loop: asyncio.AbstractEventLoop) -> None:
        """One step back to the loop: the chain of futures that asyncio would make takes two turns of it."""
        error = None
        try:
            self._write(batch)
        except Exception as failure:
            error = failure
        loop.call_soon_threadsafe(self._settle, batch, error)

    def _write(self, batch: list[Submission]) -> None:
        """Commits a batch and fills in its results, looking for earlier copies when a first try says so."""
        times: list[int] = []
        look_back = False
        for attempt in range(_ATTEMPTS):
            now = self._last_time = max(now_ms(), self._last_time + 1)
            try:
                with self._db.writing():
                    opened = Batch(self._prepared, batch, now, times if look_back else None).store()
                self._prepared.remember(opened)
                return
            except IntegrityError as error:  # a cid that is stored already: a resend
                failure: Exception = error
            except TRANSIENT as error:  # dead connection, deadlock: the COMMIT may have happened
                failure = error
                times.append(now)
                self._db.drop_connection()
                time.sleep(_FIRST_PAUSE * 2**attempt)
            except Exception as error:
                self._write_alone(batch, error)
                return
            look_back = True
        logger.error("log: gave up a batch of %d: %s", len(batch), failure)
        for submission in batch:
            submission.refusal = TryAgain()

    def _write_alone(self, batch: list[Submission], error: Exception) -> None:
        """One message that the database can't take must not fail the others."""
        if len(batch) > 1:
            for submission in batch:
                self._write([submission])
        else:
            logger.error("log: refused a message", exc_info=error)
            batch[0].refusal = TryAgain()
