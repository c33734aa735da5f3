"""How a batch becomes durable: the tries, and what is done about each way in which a database can fail."""

import logging
import time
from collections.abc import Sequence

from peewee import IntegrityError, ProgrammingError

from database.base import TRANSIENT
from database.complaints import Complaints
from database.door import Database
from log.batch import Batch
from log.broken import Broken
from log.context import Context
from log.entries import Entry
from log.telling import Telling
from log.times import MOST_AHEAD_MS, following
from log.usual import Plain, Way, pairs_of, way_of
from models import state
from protocol.clock import now_ms
from protocol.errors import DiskFull, TryAgain

logger = logging.getLogger("magpie.log")

_ATTEMPTS = 6
_FIRST_PAUSE = 0.02  # seconds, doubled each time: 1.3 s in all


class Writer:
    """Commits batches, one at a time, in the log's thread."""

    def __init__(self, db: Database, context: Context, telling: Telling) -> None:
        self._db = db
        self._telling = telling
        self._context = context
        self._broken = Broken(db)
        self._complaints = Complaints(logger)
        self._way: Way | None = None  # of usual batches
        self.usual = 0  #: how many batches took it
        self._last_time = 0
        self._newest: int | None = None  # time of the newest message that was stored before us
        self._away: TryAgain | None = None  # why the present batch could not be committed
        self._changes: list[range] = []  # the numbers that the present batch took

    def commit(self, batch: Sequence[Entry]) -> tuple[Sequence[range], Exception | None]:
        """Each entry has its refusal or its result afterwards. Returns the change numbers that were taken,
        and why the batch as a whole was not committed."""
        self._away, self._changes = None, []
        try:
            if self._newest is None:
                self._look_around()
            self._write(self._broken.sound(batch))
        except Exception as failure:
            return self._changes, failure
        return self._changes, self._away

    def _write(self, batch: Sequence[Entry], look_back: bool = False, earlier: Sequence[Batch] = ()) -> None:
        """Commits a batch and fills in its results, looking for earlier copies when a first try says so.
        `earlier`: tries with these entries whose COMMIT may have happened."""
        end = time.monotonic() + self._db.deadline_s
        if not batch:
            return
        for number in range(_ATTEMPTS if self._away is None else 0):
            now = following(now_ms(), self._last_time, self._newest or 0, born=self._context.born)
            attempt = Batch(self._context, batch, now, earlier, look_back)
            try:
                self._store(attempt)
                took = (*(lost.changes for lost in attempt.found), attempt.changes)
                self._changes += [changes for changes in took if changes and changes not in self._changes]
                return
            except IntegrityError as error:
                if look_back:  # nobody's resend: a row that does not fit
                    self._divide(batch, error, earlier)
                    return
                look_back = True
            except DiskFull as full:
                self._away = full
                break
            except TRANSIENT as error:  # dead connection, deadlock: the COMMIT may have happened
                failure = error
                if self._db.soften(error):
                    continue
                earlier = [*earlier, attempt]
                look_back = True
                self._db.drop_connection()
                if self._db.dialect.says_full(error):
                    self._away = DiskFull()
                    break
                if time.monotonic() > end:
                    break
                time.sleep(_FIRST_PAUSE * 2**number)
            except Exception as error:
                if isinstance(error, ProgrammingError) and self._way is not None:
                    logger.warning("log: usual batches go the general way from now on: %s", error)
                    self._way = None
                    continue
                self._divide(batch, error, earlier)
                return
            finally:
                self._last_time = attempt.now
        self._telling.done()
        if self._away is None:
            self._complaints.say(failure, "log: gave up a batch of %d", len(batch))
            self._away = TryAgain()
        for entry in batch:
            entry.refusal = type(self._away)()

    def _store(self, batch: Batch) -> None:
        """Writes and commits a batch: in one pass when it is a usual one, else in the general way."""
        way, pairs = self._way, None
        if way is not None and not batch.look_back and len(batch.entries) >= way.least:
            pairs = pairs_of(batch.entries, self._context.ids, way.answers)
        stored, opened = False, dict[str, int]()
        if way is not None and pairs is not None and way.alone and not self._telling.together:
            with self._db.statement():
                stored = way.store(Plain(batch, pairs))
            pairs = None
        if not stored:
            with self._db.writing():
                stored = way is not None and pairs is not None and way.store(Plain(batch, pairs))
                if not stored:
                    opened = batch.store()
                self._telling.tell(batch.entries, batch.changes)
            self._telling.done()
            self._context.remember(opened)
        self.usual += stored

    def _divide(self, batch: Sequence[Entry], error: Exception, earlier: Sequence[Batch]) -> None:
        """One entry that the database can't take must not fail the others: halves are committed apart, in
        their order, until it is alone."""
        if len(batch) > 1:
            middle = len(batch) // 2
            self._write(batch[:middle], True, earlier)
            self._write(batch[middle:], True, earlier)
        else:
            logger.error("log: refused an entry", exc_info=error)
            batch[0].refusal = TryAgain()
            self._broken.note(batch[0], error)

    def _look_around(self) -> None:
        """Before the first batch: times go on from what is stored, and what can the server do?"""
        try:
            with self._db.reading():
                way = way_of(self._db.dialect, self._context.statements)
                self._way = way if way is not None and way.works() else None
                self._context.born, newest = state.epoch(), state.newest()
                now = now_ms()
                if newest > now + MOST_AHEAD_MS and now > self._context.born:
                    logger.warning(
                        "log: messages are dated %.1f days ahead of this clock; is it right?",
                        (newest - now) / 86_400_000,
                    )
                    newest = state.newest(now + MOST_AHEAD_MS)
                self._newest = newest
        except TRANSIENT:
            self._db.drop_connection()  # the next batch asks again
