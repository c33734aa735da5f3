"""What changed lately about who may hear what.

A connection's session and rooms are read from the database before the hub knows it. What happens in between
is looked up here when it arrives: nothing is missed, and nothing has to be asked twice.
"""

from collections import deque
from typing import NamedTuple

from hub.broker import Joined

#: Changes that are remembered. A handshake takes some milliseconds; one that saw more go by asks again.
_SIZE = 4096


class Revoked(NamedTuple):
    """A session has ended."""

    session_id: int


class Journal:
    def __init__(self) -> None:
        self._changes: deque[Joined | Revoked] = deque(maxlen=_SIZE)
        self.mark = 0  #: how many changes there have been; take it before asking the database

    def note(self, change: Joined | Revoked) -> None:
        self._changes.append(change)
        self.mark += 1

    def since(self, mark: int) -> list[Joined | Revoked] | None:
        """The changes after `mark`, or None when some of them are forgotten."""
        count = self.mark - mark
        if count > len(self._changes):
            return None
        return list(self._changes)[len(self._changes) - count :]
