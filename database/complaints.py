"""What is wrong with the database, for who runs the server: not a line for each caller."""

import logging
import time
from collections.abc import Callable

from database.reasons import kind_of

#: Seconds in which the same is said once.
_QUIET_S = 60.0
#: Kinds that are remembered at once.
_MOST = 100


class Complaints:
    """Writes errors to `logger`; what is of one kind once a minute, with the number of those in between. Any
    thread may complain."""

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger, self._clock = logger, clock
        #: By kind: when it was said, and how often it was not since.
        self._said: dict[tuple[object, ...], tuple[float, int]] = {}

    def say(self, error: BaseException, text: str, *args: object) -> None:
        """A line with this text, and the error behind it."""
        now, kind = self._clock(), kind_of(error)
        said, left_out = self._said.get(kind, (now - _QUIET_S, 0))
        if now - said < _QUIET_S:
            self._said[kind] = (said, left_out + 1)
            return
        if len(self._said) >= _MOST:
            self._said.clear()
        self._said[kind] = (now, 0)
        more = f" (and {left_out} times since it was last said)" if left_out else ""
        self._logger.error(f"{text}: %s%s", *args, error, more)
