"""Conversations whose rows do not fit together: a backup that was restored in parts, a disk that lied."""

import logging
import time
from collections.abc import Callable, Sequence

from peewee import DatabaseError, DataError, IntegrityError, PeeweeException

from database.door import Database
from log.entries import Entry
from models import conversations
from protocol.errors import TryAgain

logger = logging.getLogger("magpie.log")

#: Seconds for which nothing is tried in a conversation that could not be mended, so that who writes there
#: does not keep others waiting.
_ASIDE_S = 5.0
#: Conversations that are remembered at once.
_MOST = 10_000


class Broken:
    """Conversations in which the database has not taken an entry even alone; in the writer's thread."""

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._db, self._clock = db, clock
        self._behind: set[str] = set()  # to be mended before the next batch
        self._until: dict[str, float] = {}  # those that nothing helps, and until when

    def note(self, entry: Entry, error: Exception) -> None:
        """`entry` was refused for `error`: what is wrong with its conversation, if it is not the entry?"""
        key = entry.key()
        if key is None or not isinstance(error, DatabaseError) or isinstance(error, DataError):
            return
        if isinstance(error, IntegrityError):
            self._behind.add(key)
        else:
            self._set_aside(key)

    def sound(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        """The entries that are worth trying, after what can be mended was; the others are refused."""
        for key in self._behind:
            self._mend(key)
        self._behind.clear()
        if not self._until:
            return batch
        now = self._clock()
        self._until = {key: until for key, until in self._until.items() if until > now}
        for entry in batch:
            if entry.key() in self._until:
                entry.refusal = TryAgain()
        return [entry for entry in batch if entry.key() not in self._until]

    def _mend(self, key: str) -> None:
        try:
            with self._db.writing():
                mended = conversations.catch_up(key)
        except (PeeweeException, TryAgain):
            mended = False
        if mended:
            logger.warning("log: conversation %s was behind its messages; it goes on after them", key)
        else:
            self._set_aside(key)

    def _set_aside(self, key: str) -> None:
        if len(self._until) < _MOST:
            self._until[key] = self._clock() + _ASIDE_S
