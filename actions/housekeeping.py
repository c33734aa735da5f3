"""Whether the clock may be believed by those who delete what is too old: a machine that wakes up in the
wrong year must not end all sessions and collect the pictures that were sent a minute ago."""

import logging
import time
from collections.abc import Callable

from actions.services import Services
from models import sessions, state
from protocol.clock import now_ms

log = logging.getLogger("magpie.housekeeping")

#: How far (ms) the clock may have moved ahead of the time that has passed; one that is kept right moves by
#: less.
_JUMP_MS = 60_000
#: How long (ms) a clock is doubted that has jumped ahead and stays there: long enough for somebody to see it.
_DOUBT_MS = 86_400_000


def passed_ms() -> int:
    """Milliseconds since the machine was started, with those in which it slept where the system counts
    them."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


class ClockGuard:
    """Holds the clock of the wall against the time that has passed, and at the start against the newest that
    is stored. The one of a server that was off for a day is doubted, too: then nothing is deleted for
    another."""

    def __init__(self, wall: Callable[[], int] = now_ms, passed: Callable[[], int] = passed_ms) -> None:
        self._wall, self._passed = wall, passed
        self._start: int | None = None  # where the clock stood when the machine was started, as we believe it
        self._doubted_since: int | None = None

    async def believes(self, app: Services) -> bool:
        """Whether what is too old by the clock is too old."""
        try:
            newest = await app.db.read(_newest) if self._start is None else 0
        except Exception as error:
            log.warning("nothing is deleted before it is known what is stored: %s", error)
            return False
        return self.look(newest)

    def look(self, newest: int) -> bool:
        """`newest`: the latest time that is stored (ms), 0 for none; only the first one counts."""
        wall, passed = self._wall(), self._passed()
        start = wall - passed
        if self._start is None:
            self._start = newest - passed if 0 < newest < wall - _DOUBT_MS else start
        if start - self._start <= _JUMP_MS:
            self._start, self._doubted_since = start, None  # a clock that is put back deletes nothing
            return True
        if self._doubted_since is None:
            self._doubted_since = passed
            days = (start - self._start) / 86_400_000
            log.warning("the clock is %.2f days ahead of what was stored; nothing is deleted for a day", days)
        if passed - self._doubted_since < _DOUBT_MS:
            return False
        self._start, self._doubted_since = start, None
        return True


def _newest() -> int:
    return max(state.newest(), sessions.newest())
