"""How long callers wait for the database, by what they ask for, and how often in vain. On the loop."""

import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from metrics.histogram import ENTRIES, Histogram, Measures, Tally
from protocol.errors import Refusal, TryAgain

P = ParamSpec("P")
T = TypeVar("T")

#: What is asked for: the door's calls, and the log's transactions.
KINDS = ("read", "read_much", "write", "commit")


class Latencies:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds = {kind: Histogram() for kind in KINDS}
        self._errors = Tally(dict.fromkeys(KINDS, 0))
        self._entries = Histogram(ENTRIES)

    def note(self, kind: str, seconds: float, error: BaseException | None) -> None:
        """A call that took so long. A refusal is no error, unless it is the database's."""
        self._seconds[kind].observe(seconds)
        if error is not None and (isinstance(error, TryAgain) or not isinstance(error, Refusal)):
            self._errors[kind] += 1

    def commit(self, entries: int, seconds: float, error: Exception | None) -> None:
        """A transaction of the log, with so many entries."""
        self._entries.observe(entries)
        self.note("commit", seconds, error)

    async def of(self, kind: str, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Awaits `call(*args)`, and notes it."""
        begun = self._clock()
        failure: BaseException | None = None
        try:
            return await call(*args, **kwargs)
        except BaseException as error:
            failure = error
            raise
        finally:
            self.note(kind, self._clock() - begun, failure)
            failure = None  # it has this frame in its traceback, a cycle

    def measures(self) -> Measures:
        """`db_<kind>_seconds`: calls with their waiting; `db_errors`: those that failed, by kind;
        `db_commit_entries`: how many entries a transaction of the log had."""
        seconds = {f"db_{kind}_seconds": each for kind, each in self._seconds.items()}
        return {**seconds, "db_errors": self._errors, "db_commit_entries": self._entries}
