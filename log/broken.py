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
    """What to do about an entry that the database does not take even alone; in the writer's thread."""

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._db, self._clock = db, clock
        self._until: dict[str, float] = {}

    def sound(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        """The entries that are worth trying; the others are refused."""
        if not self._until:
            return batch
        now = self._clock()
        self._until = {key: until for key, until in self._until.items() if until > now}
        worth = [entry for entry in batch if entry.key() not in self._until]
        for entry in batch:
            if entry.key() in self._until:
                entry.refusal = TryAgain()
        return worth

    def mend(self, entry: Entry, error: Exception) -> bool:
        """Whether its conversation is in order again, so that it is to be tried once more. If not, what is
        said there is refused for a while."""
        key = entry.key()
        if key is None or not isinstance(error, DatabaseError) or isinstance(error, DataError):
            return False  # it is the entry that is wrong
        if isinstance(error, IntegrityError) and self._catch_up(key):
            logger.error("log: conversation %s was behind its messages; it goes on after them", key)
            return True
        if len(self._until) < _MOST:
            self._until[key] = self._clock() + _ASIDE_S
        return False

    def _catch_up(self, key: str) -> bool:
        try:
            with self._db.writing():
                return conversations.catch_up(key)
        except (PeeweeException, TryAgain):
            return False
